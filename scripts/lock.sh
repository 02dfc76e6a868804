#!/usr/bin/env bash
# Recomputes the locks: versions and hashes, no address of a package host.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

create_venv "$(find_python)"
uv="$(find_uv)" || stop "Le verrouillage demande uv."
options=(--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet)

"$uv" pip compile pyproject.toml "${options[@]}" "$@" -o requirements.txt
"$uv" pip compile pyproject.toml --group dev "${options[@]}" "$@" -c requirements.txt -o requirements-dev.txt
echo uv | "$uv" pip compile - "${options[@]}" "$@" -o scripts/requirements-uv.txt
