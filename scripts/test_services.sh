#!/usr/bin/env bash
# The same suite on PostgreSQL and Redis, the job tests with a real worker process.
# Addresses: TEST_DATABASE_URL and TEST_REDIS_URL. Arguments go to pytest.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

ensure_environment dev
ensure_browser
export DJANGO_SETTINGS_MODULE=edec_ia.settings.test
export DATABASE_URL="${TEST_DATABASE_URL:-postgres://postgres@127.0.0.1:5432/edec_ia}"
export CELERY_BROKER_URL="${TEST_REDIS_URL:-redis://127.0.0.1:6379/9}"
export EDEC_TEST_SERVICES=1
unset EDEC_DEMO
"$PYTHON" scripts/check_services.py ||
  stop "Les services ne répondent pas. Réglez TEST_DATABASE_URL et TEST_REDIS_URL, ou démarrez-les."
# A worker that has finished takes from the other: what is long is not evenly spread.
exec "$PYTHON" -m pytest -n "${PYTEST_WORKERS:-2}" --dist worksteal "$@"
