#!/usr/bin/env bash
# Makes .venv and installs NetBuilder into it, pinned by constraints.txt.
# Usage: scripts/setup.sh [EXTRA]     EXTRA: a group of optional dependencies, such as test
set -euo pipefail
cd "$(dirname "$0")/.."

extra=${1:-}
venv=.venv
stamp="$venv/.installed${extra:+-$extra}"

say() { printf '%s\n' "$*" >&2; }

# Runs apt-get where that is possible without asking anybody; else says which command to run.
apt_install() {
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      sudo=(sudo)
    else
      say "Missing: $*. Run this, then try again:"
      say "  sudo apt-get update && sudo apt-get install -y $*"
      exit 1
    fi
  fi
  if ! command -v apt-get >/dev/null; then
    say "Missing: $* (as Debian calls them). Install them with this system's package manager, then try again."
    exit 1
  fi
  say "Installing $* ..."
  local log
  log=$(mktemp)
  if ! { "${sudo[@]}" apt-get update -qq &&
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"; } >"$log" 2>&1; then
    cat "$log" >&2
    say "Installing $* failed. Mend that, then try again."
    exit 1
  fi
  rm -f "$log"
}

find_python() {
  local name
  for name in python3.11 python3.12 python3.13 python3 python3.14; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
}

python=$(find_python)
if [ -z "$python" ]; then
  apt_install python3 python3-venv
  python=$(find_python)
  if [ -z "$python" ]; then
    say "NetBuilder needs Python 3.11 or newer, but this system offers $(python3 --version 2>&1). Install a newer one, then try again."
    exit 1
  fi
fi

wanted=$(cat pyproject.toml constraints.txt scripts/setup.sh | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && "$venv/bin/python" -c 'import netbuilder' 2>/dev/null; then
  exit 0
fi

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  rm -rf "$venv"
  if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
    # Debian keeps the venv module's installer in a package of its own.
    version=$("$python" -c 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")')
    apt_install "python$version-venv"
    rm -rf "$venv"
    "$python" -m venv "$venv"
  fi
fi

say "Installing NetBuilder${extra:+ with the $extra extras} into $venv; the first time takes a few minutes ..."
pip=("$venv/bin/python" -m pip --disable-pip-version-check --quiet)
"${pip[@]}" install --constraint constraints.txt setuptools wheel
"${pip[@]}" install --constraint constraints.txt --no-build-isolation --editable ".${extra:+[$extra]}"

if [ "$extra" = test ]; then
  # Qt's own libraries come in the wheel; these it expects from the system.
  missing=$(ldd "$venv"/lib/python3*/site-packages/PySide6/QtCore.abi3.so 2>/dev/null | awk '/not found/ {print $1}' | sort -u)
  case "$missing" in
    '') ;;
    *libglib-2.0*) apt_install libglib2.0-0 ;;
  esac
fi
printf '%s\n' "$wanted" >"$stamp"
