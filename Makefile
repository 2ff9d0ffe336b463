# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3.11
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PLENARY := $(BIN)/python -m plenary
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-input --require-hashes

export PLENARY_DATA ?= $(CURDIR)/data
export PLENARY_BASE_URL ?= http://127.0.0.1:$(PORT)

# Real files of others to try the software on; tests that want them are skipped where they are missing.
SAMPLES := $(wildcard ../shared/data/samples)
ifneq ($(SAMPLES),)
export PLENARY_SAMPLES ?= $(abspath $(SAMPLES))
endif

.DEFAULT_GOAL := help
.PHONY: help install run test lint bench soak clean messages lock browser

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: $(VENV)/.base ## everything that running needs: environment, database, editions, index
	@$(PLENARY) setup

run: $(VENV)/.base ## the site at http://127.0.0.1:8000 (PORT=9000 and PLENARY_DATA=DIR let several run side by side)
	@$(PLENARY) run --port $(PORT)

test: $(VENV)/.test browser ## all checks and tests: on SQLite, on PostgreSQL, in a browser
	@$(BIN)/python -m tests

lint: $(VENV)/.test ## style, types, floors, templates, security, unused dependencies
	@$(BIN)/python -m tests lint

bench: $(VENV)/.test ## speed of the main pages, beside a plain page with the same queries
	@$(BIN)/python -m bench

soak: $(VENV)/.test ## the long proofs: kill the site over and over, random input for many rounds
	@$(BIN)/python -m tests soak

messages: $(VENV)/.base ## collect the interface's strings for translators (needs gettext)
	@$(BIN)/python -m tests.messages

lock: $(VENV)/.test ## pin all dependencies anew, with hashes
	@for each in base test; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade \
		requirements/$$each.in --output-file requirements/$$each.txt || exit 1; done

clean: ## remove what was built, but neither data nor environment
	@rm -rf .mypy_cache .ruff_cache .import_linter_cache .hypothesis .pytest_cache build out
	@find plenary tests bench -name __pycache__ -prune -exec rm -rf {} +
	@find plenary -name '*.mo' -delete

$(VENV)/.base: requirements/base.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) 2>/dev/null || python3 -m venv $(VENV)
	@echo "Installing what Plenary needs (once)"
	@$(PIP) -r requirements/base.txt
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.base
	@echo "Installing what the tests need (once)"
	@$(PIP) -r requirements/test.txt
	@touch $@

# Browser tests want Chromium, and tests of PDF in Arabic and Chinese fonts for these scripts; Debian has all.
FONTS := /usr/share/fonts /usr/local/share/fonts
browser:
	@wanted=""; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || wanted="chromium"; \
	find $(FONTS) -name 'Noto*Arabic*' 2>/dev/null | grep -q . || wanted="$$wanted fonts-noto-core"; \
	find $(FONTS) -name 'Noto*CJK*' 2>/dev/null | grep -q . || wanted="$$wanted fonts-noto-cjk"; \
	if [ -z "$$wanted" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing for the tests (once):" $$wanted; \
		apt-get -qq update >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$wanted >/dev/null 2>&1 \
			|| echo "That did not work; tests that want one of them will say so"; \
	else echo "Missing:" $$wanted; echo "Tests that want one of them will say so"; fi
