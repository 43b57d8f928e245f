# Samsyn's commands. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export SAMSYN_HOME ?= var/demo
export SAMSYN_PORT ?= 8000

.PHONY: help demo test test-clients faults check format lock bench clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime ## Make a demo home, release its tables and serve every door on 127.0.0.1 (SAMSYN_HOME, SAMSYN_PORT)
	@exec $(BIN)/samsyn demo --home "$(SAMSYN_HOME)" --port "$(SAMSYN_PORT)"

test: $(VENV)/.dev check ## Check style and types, then run every test, on SQLite and on a PostgreSQL of their own
	@tools/postgresql
	@tools/browser
	@tools/oidc-provider
	@tools/oauth-client
	@$(BIN)/pytest -q -n 2 --dist loadgroup --durations=8

test-clients: $(VENV)/.dev ## Read the tables with other people's programs: statistics portals, GIS, data frames (long)
	@tools/postgresql
	@tools/clients
	@$(BIN)/pytest -q tests/clients

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
	@for run in policies/decide trail/measure disclosure/run disclosure/week attack/run auth/measure indicators/run pseudonyms/run formats/run; do \
	    echo "· bench/$$run.py"; PYTHONPATH=. OMP_NUM_THREADS=1 $(BIN)/python "bench/$$run.py" || exit 1; done
	@echo "· bench/load needs a demo's home: see bench/load/pull.py and push.py"

clean: ## Remove what was made here, demo homes included
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis

# A stamp a set: made anew only when the pinned requirements change.
$(VENV)/.runtime: requirements.txt pyproject.toml
	@tools/install requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt pyproject.toml
	@tools/install requirements-dev.txt
	@touch $@ $(VENV)/.runtime
