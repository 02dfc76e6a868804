#!/usr/bin/env bash
# Every static check of the project, each run to its end so that one run shows them all.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

ensure_environment dev
bin="$VENV/bin"
failed=()

check() {
  local name="$1"
  shift
  say "— $name"
  "$@" || failed+=("$name")
}

# `check --deploy` and the OpenAPI schema need production settings, not production secrets.
with_production() {
  env -u EDEC_DEMO \
    DJANGO_SETTINGS_MODULE=edec_ia.settings.prod \
    SECRET_KEY="$("$PYTHON" -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    ALLOWED_HOSTS=edec.example.org \
    SITE_URL=https://edec.example.org \
    EMAIL_URL=smtp+tls://edec.example.org:587 \
    DATABASE_URL=postgres://edec@127.0.0.1:5432/edec_ia \
    CELERY_BROKER_URL=redis://127.0.0.1:6379/0 \
    "$@"
}

with_test() {
  env -u DATABASE_URL -u CELERY_BROKER_URL -u EDEC_DEMO DJANGO_SETTINGS_MODULE=edec_ia.settings.test "$@"
}

mapfile -t shell_scripts < <(find scripts .ci -type f \( -name '*.sh' -o -name run \) | sort)

check "format" "$bin/ruff" format --check .
check "règles" "$bin/ruff" check .
check "gabarits" "$bin/djlint" templates --lint --quiet
check "types" with_test "$bin/mypy"
check "contrats d'import" with_test "$bin/lint-imports"
check "migrations" with_test "$PYTHON" manage.py makemigrations --check --dry-run
check "sécurité" with_production "$PYTHON" manage.py check --deploy --fail-level WARNING
check "OpenAPI" with_test "$PYTHON" manage.py spectacular --validate --fail-on-warn --file /dev/null
check "scripts" "$bin/shellcheck" -x -P scripts "${shell_scripts[@]}"

if [ "${#failed[@]}" -gt 0 ]; then
  stop "Échec : ${failed[*]}"
fi
say "Tout est conforme."
