#!/usr/bin/env bash
# Removes what can be rebuilt. The data of var/ stay: they belong to the user.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

rm -rf "$VENV" staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
find . -name __pycache__ -type d -prune -exec rm -rf {} +
