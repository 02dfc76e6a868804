#!/usr/bin/env bash
# Builds the environment: `setup.sh` for running, `setup.sh dev` for working on the project.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

ensure_environment "${1:-runtime}"
if [ "${1:-}" = dev ]; then
  ensure_browser
fi
say "Environnement prêt."
