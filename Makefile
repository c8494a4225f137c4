# Kanal Warga: every command. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

.PHONY: help
help: ## list every command
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A stamp holds the hash of what was installed: a second call has nothing to do.
$(VENV)/run.stamp: requirements/run.txt pyproject.toml web/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make run PYTHON=/path/to/python3.11"; exit 1; }
	@echo "[1/3] Python environment in $(VENV) (a minute or two the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --progress-bar on --require-hashes -r requirements/run.txt
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	@echo "[2/3] Libraries of the pages"
	@$(BIN)/python web/install.py
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "[dev] Tools for tests and checks"
	@$(BIN)/pip install --quiet --progress-bar on --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: setup
setup: $(VENV)/run.stamp ## set up everything: environment, pages, model, database
	@echo "[3/3] Language model and database"
	@$(BIN)/kanal setup

.PHONY: run
run: $(VENV)/run.stamp ## set up what is missing, then start the gateway
	@$(BIN)/kanal setup
	@exec $(BIN)/kanal run

.PHONY: test
test: $(VENV)/dev.stamp ## run every test that can run here; lists what could not and how to install it
	@$(BIN)/pytest

.PHONY: check
check: $(VENV)/dev.stamp ## lint, types, import contracts, licences and tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

.PHONY: bench
bench: $(VENV)/dev.stamp ## measure: webhooks, the whole pipeline, start-up, memory
	@$(BIN)/python -m benchmarks

.PHONY: channel
channel: $(VENV)/run.stamp ## lay a new channel's folder: make channel name=line
	@$(BIN)/kanal channel new $(name)

.PHONY: lock
lock: $(VENV)/run.stamp ## write the lock files anew from pyproject.toml
	@$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv
	@$(VENV)/lock/bin/uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --upgrade --quiet --extra train --extra areas -o requirements/run.txt
	@$(VENV)/lock/bin/uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --upgrade --quiet --extra train --extra areas --extra dev \
		-c requirements/run.txt -o requirements/dev.txt

.PHONY: clean
clean: ## remove the environment and what builds leave; never var/
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
