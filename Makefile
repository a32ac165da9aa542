# `make help` lists the targets. Everything runs in .venv, which is made from the hashed lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Where `make run` and `make dev` keep their data.
OPPFOLGING_HOME ?= $(CURDIR)/data
export OPPFOLGING_HOME
export DAGSTER_DISABLE_TELEMETRY := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test countries joined check format dev udir-stub lock wheel clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## make .venv from the hashed lock

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "found $$($(PYTHON) --version); expected Python 3.11 or newer. Set PYTHON=python3.11, for example." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing from requirements.lock (about a minute the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## run the pipeline on the invented example country and show the result
	@$(BIN)/oppfolging run

# What takes about half of the time.
BESIDE := tests/contract tests/countries tests/e2e tests/golden tests/mutation

test: setup ## run every test, in two processes side by side
	@log=$$(mktemp); $(BIN)/pytest $(BESIDE) >$$log 2>&1 & outer=$$!; \
		$(BIN)/pytest $(BESIDE:%=--ignore=%); inner=$$?; \
		wait $$outer; beside=$$?; cat $$log; rm -f $$log; \
		[ $$inner -eq 0 ] && [ $$beside -eq 0 ]

countries: setup ## both computations on 200 random small countries (`make test` has some of them)
	@COUNTRIES=200 $(BIN)/pytest tests/countries

joined: setup ## downloads of one year each and joined to one of three: the example and the real ones (`make test`: a tiny country)
	@JOINED=1 $(BIN)/pytest tests/e2e/test_joined.py

check: setup ## lint, format, types, and Dagster's own validation
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/dagster definitions validate

format: setup ## format the code and mend what the linter can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

dev: setup ## open Dagster's UI on http://127.0.0.1:3000
	@mkdir -p data/dagster
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) PATH="$(CURDIR)/$(BIN):$$PATH" DAGSTER_HOME=$(CURDIR) $(BIN)/dg dev --host 127.0.0.1

udir-stub: setup ## serve the example country as Udir and KLASS do, on http://127.0.0.1:8765
	@$(BIN)/python -m tests.udir_stub

lock: setup ## make requirements.lock anew from pyproject.toml (needs uv)
	@uv pip compile pyproject.toml --extra ui --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-strip-extras --quiet --output-file requirements.lock

wheel: setup ## build the wheel into dist/
	@$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove .venv and what tools left; data/ stays
	@rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
