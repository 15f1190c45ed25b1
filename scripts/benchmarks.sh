#!/usr/bin/env bash
# Prints what is measured, each figure as a ratio or a count in one run; wants a quiet machine.
set -euo pipefail
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1
for name in module_speed training_speed check_speed editing_speed document_speed \
  canvas_speed window_speed palette_speed plot_speed long_run_speed watching_speed kill_saves kill_editing kill_training sudden_deaths; do
  printf '\n== %s\n' "$name"
  .venv/bin/python "tests/benchmarks/$name.py" || echo "a mark is missed, see above"
done
