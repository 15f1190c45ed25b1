# NetBuilder: every command sets up what it needs in .venv and is quick the second time.
BIN := .venv/bin
# One thread a process: the test processes share the cores.
export OMP_NUM_THREADS ?= 1

.PHONY: help install run test check golden screenshots benchmarks clean

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install:  ## set up .venv with the tested set of packages
	@scripts/setup.sh

run: install  ## open the editor; without a display, do the main job and leave a picture of the window
	@scripts/run.sh

test:  ## pass all tests
	@scripts/setup.sh test
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal

check:  ## format, lint, types, the direction of imports
	@scripts/setup.sh test
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache
	@echo "format, lint, types and imports are fine"

golden:  ## write the golden files anew after a wanted change
	@scripts/setup.sh test
	@$(BIN)/python -m pytest -q --update-golden tests/codegen/test_golden.py tests/check

screenshots: install  ## make the pictures of the window in docs/screenshots anew
	@$(BIN)/python scripts/screenshots.py

benchmarks:  ## print every measured ratio; takes a while, wants a quiet machine
	@scripts/setup.sh test
	@scripts/benchmarks.sh

clean:  ## remove what was built and installed
	@rm -rf .venv build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
