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

# Which package has a library, as Debian calls it: libxcb-icccm.so.4 is in libxcb-icccm4.
package_of() {
  case "$1" in
    libEGL.so.*) echo libegl1 ;;
    libGL.so.*) echo libgl1 ;;
    libGLX.so.*) echo libglx0 ;;
    libOpenGL.so.*) echo libopengl0 ;;
    libX11.so.*) echo libx11-6 ;;
    libX11-xcb.so.*) echo libx11-xcb1 ;;
    libg*-2.0.so.0) echo libglib2.0-0 ;;
    libdbus-1.so.3) echo libdbus-1-3 ;;
    libxkbcommon-x11.so.0) echo libxkbcommon-x11-0 ;;
    libz.so.1) echo zlib1g ;;
    *) echo "$1" | sed -E 's/\.so\.?//' ;;
  esac
}

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }

has_font() {
  local folder
  for folder in /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts"; do
    if [ -n "$(find -L "$folder" -regex '.*\.\([ot]t[fc]\|pf[ab]\)' -print -quit 2>/dev/null)" ]; then
      return 0
    fi
  done
  return 1
}

# Qt itself comes in the wheel; some libraries it expects from the system. Qt names the wrong one when
# several are missing, so the loader is asked.
install_libraries() {
  command -v ldd >/dev/null || return 0
  local qt library packages=()
  qt=$(echo "$venv"/lib/python3*/site-packages/PySide6)
  local files=("$qt"/Qt{Core,Gui,Widgets,Svg,PrintSupport}.abi3.so "$qt/Qt/plugins/platforms/libqoffscreen.so")
  if has_display || [ "$extra" = test ]; then
    files+=("$qt/Qt/plugins/platforms/libqxcb.so")
  fi
  if [ -n "${WAYLAND_DISPLAY:-}" ]; then
    files+=("$qt/Qt/plugins/platforms/libqwayland-generic.so")
  fi
  for library in $(ldd "${files[@]}" 2>/dev/null | awk '/not found/ {print $1}' | sort -u); do
    packages+=("$(package_of "$library")")
  done
  has_font || packages+=(fonts-dejavu-core)
  if [ "${#packages[@]}" -gt 0 ]; then
    apt_install "${packages[@]}"
  fi
}

# Some tests open a real window; without the tools for that they are skipped.
install_screen() {
  local tool packages=()
  for tool in xvfb:Xvfb xdotool:xdotool; do
    command -v "${tool#*:}" >/dev/null || packages+=("${tool%:*}")
  done
  if [ "${#packages[@]}" -gt 0 ] && ! (apt_install "${packages[@]}"); then
    say "Going on without ${packages[*]}: the tests that open a real window are skipped."
  fi
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

# A display that came since then asks for more libraries.
display=$(has_display && echo display || echo none)
wanted=$(
  { cat pyproject.toml constraints.txt scripts/setup.sh && echo "$display ${WAYLAND_DISPLAY:+wayland}"; } |
    sha256sum | cut -d' ' -f1
)
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

install_libraries
if [ "$extra" = test ]; then
  install_screen
fi
printf '%s\n' "$wanted" >"$stamp"
