# shellcheck shell=bash
# What every script of this folder shares: finding Python, building the environment from the
# hashed lock, and the system libraries. Sourced, never run.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Elsewhere than .venv when one checkout must serve two Python versions.
VENV="${EDEC_VENV:-$ROOT/.venv}"
PYTHON="$VENV/bin/python"

# WeasyPrint needs the first three; the fonts make PDFs the same everywhere.
PDF_PACKAGES=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-inter)

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

stop() {
  printf '\033[31m%s\033[0m\n' "$*" >&2
  exit 1
}

# Prints the first Python of at least 3.11 found on the path.
find_python() {
  local candidate
  for candidate in python3.11 python3.12 python3.13 python3.14 python3 python; do
    if command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  stop "Aucun Python 3.11 ou plus récent. Sur Debian ou Ubuntu : sudo apt-get install python3 python3-venv"
}

# Prints the command prefix that makes apt-get run as root, or fails when there is none.
root_prefix() {
  if [ "$(id -u)" -eq 0 ]; then
    echo env
  elif command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; then
    echo "sudo -n env"
  else
    return 1
  fi
}

package_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# ensure_packages NAME...: installs the missing Debian packages, or prints the command and stops.
ensure_packages() {
  local missing=() name prefix
  for name in "$@"; do
    package_installed "$name" || missing+=("$name")
  done
  [ "${#missing[@]}" -eq 0 ] && return
  if prefix="$(root_prefix)"; then
    say "Paquets système : ${missing[*]}"
    # shellcheck disable=SC2086  # the prefix is a command and its arguments
    $prefix DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 || true
    # shellcheck disable=SC2086
    $prefix DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2 ||
      stop "L'installation des paquets a échoué : ${missing[*]}"
  else
    stop "Il manque des paquets système. Tapez puis relancez :
  sudo apt-get install -y --no-install-recommends ${missing[*]}"
  fi
}

ensure_pdf_libraries() {
  if command -v dpkg-query >/dev/null 2>&1; then
    ensure_packages "${PDF_PACKAGES[@]}"
  elif ! "$1" -c 'import ctypes.util, sys; sys.exit(not ctypes.util.find_library("pango-1.0"))'; then
    stop "La bibliothèque Pango (1.44 ou plus) est introuvable : installez-la avec votre gestionnaire de paquets."
  fi
}

# Prints the path of a browser for the browser tests, if any.
find_browser() {
  local candidate
  for candidate in "${EDEC_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$candidate" ] && command -v "$candidate" 2>/dev/null; then
      return
    fi
  done
  return 1
}

ensure_browser() {
  if ! find_browser >/dev/null; then
    command -v dpkg-query >/dev/null 2>&1 ||
      stop "Les tests de navigateur demandent Chromium : installez-le, ou indiquez son chemin dans EDEC_CHROMIUM."
    ensure_packages chromium
  fi
  EDEC_CHROMIUM="$(find_browser)"
  export EDEC_CHROMIUM
}

lock_hash() { sha256sum "$1" | cut -d ' ' -f 1; }

# Prints a uv that works: the machine's, or one put into the environment from its own hashed lock.
find_uv() {
  if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    command -v uv
  elif [ -x "$VENV/bin/uv" ]; then
    echo "$VENV/bin/uv"
  elif "$PYTHON" -m pip install -q --require-hashes -r "$ROOT/scripts/requirements-uv.txt" >&2; then
    echo "$VENV/bin/uv"
  else
    return 1
  fi
}

create_venv() {
  local python="$1" version
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && return
  say "Création de l'environnement Python dans ${VENV##*/}"
  if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    command -v dpkg-query >/dev/null 2>&1 || stop "Le module venv de Python manque ($python)."
    ensure_packages "python$version-venv"
  fi
  rm -rf "$VENV"
  "$python" -m venv "$VENV"
}

# install_lock FILE: installs a hashed lock, only when its content changed since the last time.
install_lock() {
  local lock="$1" stamp uv hash
  stamp="$VENV/.installed-$(basename "$lock" .txt)"
  hash="$(lock_hash "$lock")"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$hash" ]; then
    return
  fi
  say "Installation de $(basename "$lock")"
  if uv="$(find_uv)"; then
    "$uv" pip install -q --python "$PYTHON" --require-hashes -r "$lock"
  else
    "$PYTHON" -m pip install -q --require-hashes -r "$lock"
  fi
  echo "$hash" >"$stamp"
}

# ensure_environment runtime|dev: everything a command of the project needs before it starts.
ensure_environment() {
  local python
  python="$(find_python)"
  create_venv "$python"
  ensure_pdf_libraries "$PYTHON"
  if [ "$1" = dev ]; then
    install_lock "$ROOT/requirements-dev.txt"
  else
    install_lock "$ROOT/requirements.txt"
  fi
}
