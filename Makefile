# TokenPool. `make` alone lists what there is; everything CI does is `make check test`.
# Needs python3 (3.11 to 3.14, with venv), git and make; all else goes into .venv/.

VENV    := .venv
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-compile
# No compiling: to compile what is imported, when it is, takes less than to compile all of it.
RUNTIME := $(VENV)/.runtime
DEV     := $(VENV)/.dev
PROJECT := $(VENV)/.project
SOURCES := bots cards core gateway tests
PYTHON  ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run install test pictures check format bench soak torture emulators cards lock clean

##@ Start

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: $(PROJECT) ## install what is missing, then start TokenPool
	@exec $(BIN)/tokenpool serve --demo

##@ Develop

install: $(DEV) $(PROJECT) ## make .venv with everything for development

test: $(DEV) $(PROJECT) ## run the tests; coverage 93 % over all, 100 % of the pure parts
	$(BIN)/coverage erase
	$(BIN)/pytest -n 4 --dist worksteal --cov --cov-report=term-missing:skip-covered
	$(BIN)/coverage report --include='core/domain/*,cards/*' --fail-under=100

pictures: $(DEV) $(PROJECT) ## photograph the web chat into pictures/, light, dark and on a phone
	TOKENPOOL_PICTURES=pictures $(BIN)/pytest -n 2 tests/web

check: $(DEV) $(PROJECT) ## formatting, lint, types, import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV) ## format, and fix what ruff can fix safely
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

##@ Measure

bench: $(DEV) $(PROJECT) ## compare TokenPool with a direct upstream
	PYTHONPATH=tests $(BIN)/python tests/bench/run.py $(BENCH)

soak: $(DEV) $(PROJECT) ## steady load for MINUTES=30: does anything grow or slow down
	PYTHONPATH=tests $(BIN)/python tests/bench/soak.py --minutes $(or $(MINUTES),30) $(SOAK)

torture: $(DEV) $(PROJECT) ## the long tests: kills, crashes, planted bugs, floods
	$(BIN)/pytest tests/torture -m torture --timeout=3000

emulators: $(DEV) $(PROJECT) ## the walks beside vendors that others wrote; needs node and npm
	$(BIN)/pytest tests/emulators -m emulators --timeout=600

cards: $(DEV) $(PROJECT) ## draw every card as each platform shows it; needs npm and chromium
	PYTHONPATH=tests $(BIN)/python tests/drawn/draw.py $(CARDS)

##@ Maintain

lock: $(DEV) ## resolve the two locks anew
	$(call compile,build,requirements.lock,)
	$(call compile,dev,requirements-dev.lock,--constraints requirements.lock)

clean: ## remove the environment and all caches; databases stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf htmlcov build dist .coverage .coverage.*
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# One universal resolution for Python 3.11 to 3.14. No index address and no path gets into the file.
define compile
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate $(3) --group $(1) \
		--output-file $(2) pyproject.toml
endef

# The stamps: a lock or pyproject.toml that is newer than its stamp is installed again.
$(RUNTIME): requirements.lock | $(BIN)/python
	@echo "Installing what TokenPool needs into $(VENV) (about a minute) ..."
	@$(PIP) --require-hashes -r requirements.lock
	@touch $@

$(DEV): requirements-dev.lock requirements.lock | $(BIN)/python
	@echo "Installing what development needs into $(VENV) (about a minute) ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $(RUNTIME) $@

$(PROJECT): pyproject.toml $(RUNTIME)
	@$(PIP) --no-index --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' \
			2>/dev/null; then exec "$$python" -m venv --clear $(VENV); fi; \
	done; \
	echo "TokenPool needs Python 3.11 to 3.14 with the venv module; found: $$(python3 -V 2>&1)." >&2; \
	echo "Debian, Ubuntu: sudo apt install python3 python3-venv.  macOS: brew install python." >&2; \
	echo "Another interpreter: make PYTHON=/path/to/python3.12 <target>" >&2; \
	exit 1
