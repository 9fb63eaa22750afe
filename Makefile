# Two commands on a machine that has only Python and make:
#   make estimate   set up an environment and price the shipped clinical workload
#   make test       set up and pass the tests (make test-slow has one more that builds a wheel)
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SCENARIO ?= scenarios/emr-medium-measured.yaml
INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt
STARTUP := $(BIN)/python -m compileall -q costmodel

.PHONY: help estimate test test-slow check bench bench-usage schemas notebooks notebooks-check test-libreoffice focus-validator constraints clean
help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -3
	@echo "  make check      the gates: format, lint, types, layers, dependencies, price book, scenarios"
	@echo "  make test-slow  the tests that take minutes"
	@echo "  make bench      the figures of docs/figures.md, measured on this machine"
	@echo "  make bench-usage  those of metered usage: a log of 100 million requests, some minutes"

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	$(INSTALL) --editable .
	@$(STARTUP)
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(INSTALL) --editable '.[dev]'
	@$(STARTUP)
	@touch $@ $(VENV)/.run

estimate: $(VENV)/.run
	$(BIN)/python -m costmodel estimate $(SCENARIO)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto -m "not slow"

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -m slow

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python -m costmodel prices check
	$(BIN)/python -m costmodel check scenarios

bench: $(VENV)/.dev
	@$(STARTUP)
	$(BIN)/python tests/bench.py
	$(BIN)/python tests/bench_uncertainty.py

# A log of 100 million requests priced: minutes, 2 GB of disk. ROWS=1e9 takes ten times as much, and no more memory.
ROWS ?= 1e8
bench-usage: $(VENV)/.dev
	@$(STARTUP)
	$(BIN)/python tests/bench_usage.py --rows $(ROWS)

# The notebooks executed from their sources; and the check that what is committed is what they give.
notebooks: $(VENV)/.dev
	$(BIN)/python notebooks/build.py

notebooks-check: $(VENV)/.dev
	$(BIN)/python notebooks/build.py --check

# The workbooks recalculated by LibreOffice (Debian: libreoffice-calc); fails where it is missing.
test-libreoffice: $(VENV)/.dev
	NEEDS_LIBREOFFICE=1 $(BIN)/python -m pytest tests/reports/test_workbook_libreoffice.py

# The official validator of FOCUS, where a Python 3.12 exists.
focus-validator: $(VENV)/.dev
	$(BIN)/python tests/focus_validator.py

# After a change of the file models: the schemas that editors use.
schemas: $(VENV)/.dev
	for kind in provider overlay scenario meters evidence claims constraints mapping bill showback budget; do \
	  $(BIN)/python -m costmodel prices schema $$kind --output docs/schema/$$kind.schema.json; done

# After a change of dependencies: the exact versions that the tests ran with. Names no index.
constraints: $(VENV)/.dev
	$(BIN)/python -m pip freeze --exclude-editable | grep -v '@' > constraints.txt

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
