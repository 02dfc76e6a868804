#!/usr/bin/env bash
# The whole suite on the embedded default: SQLite, filesystem broker, local files.
# Arguments go to pytest: scripts/test.sh tests/companies -k import
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

ensure_environment dev
ensure_browser
export DJANGO_SETTINGS_MODULE=edec_ia.settings.test
unset DATABASE_URL CELERY_BROKER_URL EDEC_DEMO EDEC_TEST_SERVICES
# A worker that has finished takes from the other: what is long is not evenly spread.
exec "$PYTHON" -m pytest -n "${PYTEST_WORKERS:-2}" --dist worksteal "$@"
