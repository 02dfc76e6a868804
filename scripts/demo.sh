#!/usr/bin/env bash
# The demonstration in one command: environment, database, seed, fictional programme, then
# web, worker and scheduler together until Ctrl-C. Data live in EDEC_DATA_DIR (./var).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

export PORT="${PORT:-8000}"
# What e-mails and documents tell to open.
export SITE_URL="${SITE_URL:-http://localhost:$PORT}"
export DJANGO_SETTINGS_MODULE=edec_ia.settings.dev
export EDEC_DEMO=1
# Read by a person in a terminal; the host name only spares a warning of the broker's library.
export LOG_FORMAT="${LOG_FORMAT:-plain}" LOG_LEVEL="${LOG_LEVEL:-WARNING}"
export CELERY_BROKER_URL="${CELERY_BROKER_URL:-filesystem://localhost}"
export EDEC_DATA_DIR="${EDEC_DATA_DIR:-$ROOT/var}"

"$(find_python)" scripts/serve.py --check-port
ensure_environment runtime
mkdir -p "$EDEC_DATA_DIR"
"$PYTHON" scripts/prepare_demo.py
exec "$PYTHON" scripts/serve.py
