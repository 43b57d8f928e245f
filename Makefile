# Samsyn's commands. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export SAMSYN_HOME ?= var/demo
export SAMSYN_PORT ?= 8000

.PHONY: help demo test faults check format lock bench clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## Make a demo home, release its tables and serve every door on 127.0.0.1 (SAMSYN_HOME, SAMSYN_PORT)
	@exec $(BIN)/samsyn demo --home "$(SAMSYN_HOME)" --port "$(SAMSYN_PORT)"

test: $(VENV)/.dev check ## Check style and types, then run every test, on SQLite and on a PostgreSQL of their own
	@tools/postgresql
	@tools/browser
	@tools/oidc-provider
	@$(BIN)/pytest -q -n 2 --dist loadgroup --durations=8

faults: $(VENV)/.dev ## Break disks, processes and databases under a running service (long; as root, with strace)
	@tools/postgresql
	@SAMSYN_FAULTS=1 $(BIN)/pytest -q tests/faults

check: $(VENV)/.dev ## Check style (ruff) and types (mypy)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy .

format: $(VENV)/.dev ## Put the code in its usual form
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

lock: $(VENV)/.dev ## Pin the requirements anew, with hashes and without naming where they come from
	@$(BIN)/uv pip compile pyproject.toml --group install --quiet --generate-hashes --universal --no-emit-index-url --no-annotate \
	    --python-version 3.11 --custom-compile-command "make lock" -o requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --group install --group dev --constraint requirements.txt --quiet --generate-hashes --universal \
	    --no-emit-index-url --no-annotate --python-version 3.11 --custom-compile-command "make lock" -o requirements-dev.txt

bench: $(VENV)/.dev ## Run the benchmarks (long; results go to bench/results with date and machine)
	@for run in bench/policies/decide.py bench/trail/measure.py bench/disclosure/run.py bench/attack/run.py; do echo "· $$run"; $(BIN)/python "$$run" || exit 1; done

clean: ## Remove what was made here, demo homes included
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis

# A stamp a set: made anew only when the pinned requirements change.
$(VENV)/.runtime: requirements.txt pyproject.toml
	@tools/install requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt pyproject.toml
	@tools/install requirements-dev.txt
	@touch $@ $(VENV)/.runtime
