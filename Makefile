# crfsmith: `make demo` and `make test` do all the set-up on a machine with Python 3.11 and make.
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
DEMO_DB ?= sqlite:///demo/cellkine.sqlite

.PHONY: demo test suite lint format audit benchmarks corpus clean system

demo: .venv/ready-to-run
	@mkdir -p demo
	@exec $(BIN)/crfsmith serve --db $(DEMO_DB) --demo --port $(PORT)

# Checking the types keeps one processor busy for half a minute: the tests run meanwhile.
test: .venv/ready-to-test system
	@$(MAKE) --no-print-directory -j 2 lint suite

# The tests start many processes: with bytecode kept, not each compiles everything anew.
suite: .venv/ready-to-test
	PYTHONDONTWRITEBYTECODE= sh tests/in_memory.sh $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: .venv/ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready-to-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The browsers and the HTML validator need Debian's chromium-headless-shell (or chromium), firefox-esr and
# a Java runtime. Without the right to install them the tests that use them skip with a message.
system:
	@sh tests/system.sh

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "crfsmith needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { echo "Python's venv module is missing: apt-get install python3-venv"; rm -rf .venv; exit 1; }

.venv/ready-to-run: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing crfsmith into .venv (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/ready-to-test: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing crfsmith and what its tests need into .venv (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/ready-to-run

benchmarks: .venv/ready-to-test
	$(BIN)/python -m benchmarks

# What becomes of real dictionaries of REDCap, when they are at hand.
corpus: .venv/ready-to-test
	$(BIN)/python -m benchmarks.redcap_corpus

# Published weaknesses of the pinned libraries. Needs the package index itself, not a mirror.
audit: .venv/ready-to-test
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	.venv-audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip

clean:
	rm -rf .venv .venv-audit build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
