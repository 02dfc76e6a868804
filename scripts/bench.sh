#!/usr/bin/env bash
# Measurements on PostgreSQL with 10 000 companies and a million answers; results go to the screen and
# are kept, with their command, in docs/mesures.md. BENCH_DATABASE_URL names the database to (re)use.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

ensure_environment dev
ensure_packages wrk
export DJANGO_SETTINGS_MODULE=tests.bench.settings
export DATABASE_URL="${BENCH_DATABASE_URL:-postgres://postgres@127.0.0.1:5432/edec_bench}"
export CELERY_BROKER_URL="${BENCH_REDIS_URL:-redis://127.0.0.1:6379/8}"
export CACHE_URL="${BENCH_CACHE_URL:-redis://127.0.0.1:6379/7}"
export EDEC_DATA_DIR="${BENCH_DATA_DIR:-$ROOT/var/bench}"
export EDEC_DEMO=1 LOG_LEVEL=ERROR
mkdir -p "$EDEC_DATA_DIR"
"$PYTHON" -m tests.bench.database
"$PYTHON" manage.py migrate -v0
"$PYTHON" manage.py seed
"$PYTHON" manage.py load_demo --companies "${BENCH_COMPANIES:-10000}" --rounds "${BENCH_ROUNDS:-3}"
"$PYTHON" manage.py collectstatic --noinput -v0
"$PYTHON" -m tests.bench.run "$@"
"$PYTHON" -m tests.bench.work
