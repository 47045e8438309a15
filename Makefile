# The commands of the project. `make demo` on a fresh clone is the quickest way to see what it does.

PYTHON := $(shell for candidate in python3 python3.13 python3.12 python3.11; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$candidate && break; done)
BIN := .venv/bin
# One thread per test process: two processes of many threads each would only wait for one another.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

.PHONY: demo test test-slow mutations lint types check format bench docs clean

demo: .venv/installed ## train on built-in data, score, translate, write the report
	$(BIN)/softsearch demo

test: .venv/installed-dev ## the fast tests
	@$(PYTEST) -m "not slow"

test-slow: .venv/installed-dev ## the others: kills, full disks, trainings
	@$(PYTEST) -m slow

mutations: .venv/installed-dev ## break the code, a line at a time: which break does no test notice?
	@$(BIN)/python -m tests.mutating

lint: .venv/installed-dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports

types: .venv/installed-dev
	$(BIN)/mypy

check: lint types test ## all that must hold before a change goes in

format: .venv/installed-dev
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: .venv/installed-dev ## every benchmark, each printing its figures
	@set -e; for file in $$(grep -l __main__ benchmarks/*.py); do \
		name=$$(basename $$file .py); echo "== $$name"; $(BIN)/python -m benchmarks.$$name --save; done

docs: .venv/installed-dev ## the documentation, in docs/_build/index.html
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build

clean:
	rm -rf .venv docs/_build .mypy_cache .pytest_cache .ruff_cache

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "softsearch needs Python 3.11 or newer: install it and try again"; exit 1; }
	$(PYTHON) -m venv .venv

# The demo needs no tools for developers and is installed without them; a developer's environment serves the demo too.
.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/installed-dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch .venv/installed $@
