# Recado on a laptop and in CI. Needs Python 3.11 or newer, make, and what pip installs.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
TESTS ?= tests

export PIP_DISABLE_PIP_VERSION_CHECK := 1
.DEFAULT_GOAL := help
.PHONY: help install run test test-browser test-chaos bench check format clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

install: $(INSTALLED)

$(INSTALLED): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "recado: needs Python 3.11 or newer as $(PYTHON): choose another with PYTHON=…"; exit 1; }
	@echo "recado: installing what Recado needs into $(VENV) (about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --requirement requirements-dev.txt
	@touch $@

run: $(INSTALLED) ## everything, in the foreground, with a simulated Meta (PORT=8000, RECADO_DATA=.recado)
	@$(PY) config/dev/start.py

test: $(INSTALLED) ## the suite, on servers of its own (TESTS=tests/tenants for a part)
	@$(PY) -m pytest -q -n auto $(TESTS)

test-browser: $(INSTALLED) ## pages in a headless Chromium (CHROMIUM=path, if it is not on the path)
	@$(PY) -m config.dev.chromium && $(PY) -m pytest -q tests/browser

test-chaos: $(INSTALLED) ## processes killed, servers cut off
	@$(PY) -m pytest -q tests/chaos

bench: $(INSTALLED) ## benchmarks against their floors
	@$(PY) -m pip install --quiet --requirement requirements-bench.txt
	@$(PY) -m pytest -q -s tests/bench

check: $(INSTALLED) ## format, lint, types, imports, migrations, deployment, secrets, translations, docs
	@$(PY) -m config.dev.check

format: $(INSTALLED) ## format and lint what can be mended by itself
	@$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix .

clean: ## remove .venv and the data folder, after asking
	@printf 'Remove %s and %s with all their data? [y/N] ' "$(VENV)" "$${RECADO_DATA:-.recado}"; \
	read answer; [ "$$answer" = y ] || { echo "Nothing was removed."; exit 0; }; \
	[ ! -x $(PY) ] || $(PY) -m config.dev.clean; rm -rf $(VENV)
