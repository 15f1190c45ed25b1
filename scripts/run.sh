#!/usr/bin/env bash
# Opens the editor. Where no window can be shown, the main job is done without one: the digits network is
# trained, evaluated and exported, and a picture of the editor with it is left behind.
set -euo pipefail
cd "$(dirname "$0")/.."
netbuilder=.venv/bin/netbuilder

if [ "$(uname)" = Darwin ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$netbuilder"
fi
echo "There is no display for the editor's window; its main job is done without one."
"$netbuilder" demo
picture=runs/editor.png
QT_QPA_PLATFORM=offscreen "$netbuilder" --screenshot "$picture" examples/digits_cnn.netgraph
echo "  picture of the editor: $picture"
