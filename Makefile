# Everything runs in .venv, which the first target makes; only Python >= 3.11 with venv, and make, are needed.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
# One more than there are cores: many tests wait for clocks and daemons.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))

.PHONY: help wizard test test-fast test-bare check lint-demo bench docs renew screenshots film life release-check clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

.venv/ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "halb needs Python 3.11 or newer; name one with 'make PYTHON=...'" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

wizard: .venv/ready  ## open the wizard; DIR=... names the folder for its files
	@$(BIN)/halb-wizard $(or $(DIR),./)

test: .venv/ready check  ## everything that has to hold: style, types, import contracts, all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

test-fast: .venv/ready  ## the tests that take less than a few seconds each
	HYPOTHESIS_PROFILE=fast $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup -m "not slow"

test-bare: .venv/ready  ## what a machine without root and daemons may trip over, with those hidden
	.ci/bare $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup --beside-daemons -p no:cacheprovider

check: .venv/ready  ## ruff, mypy --strict, import contracts, dead code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture

lint-demo: .venv/ready  ## what halb-lint says about a pair with mistakes that no daemon reports
	@$(BIN)/halb-lint --format full --fail-on never tests/cases/demo-pair

bench: .venv/ready  ## speed and memory beside `haproxy -c` and `keepalived -t`
	$(BIN)/python -m tests.bench.run
	$(BIN)/python -m tests.bench.wizard

docs: .venv/ready  ## write docs/rules.md, the table of docs/live.md and the README's output anew
	$(BIN)/python -m tests.tools.make_docs

renew: .venv/ready  ## write anew all that tests compare with; WHAT="keywords findings docs golden screens pictures"
	$(BIN)/python -m tests.tools.renew $(WHAT)

screenshots: .venv/ready  ## make the pictures anew, from the real app
	$(BIN)/python screenshots/make.py

film: .venv/ready  ## record docs/article.cast anew, in a real terminal (tmux)
	$(BIN)/python -m screenshots.cast

life: .venv/ready  ## record a cluster's life with real servers into docs/live.md (root)
	$(BIN)/python -m tests.tools.record_life

release-check: .venv/ready  ## build wheel and sdist, and run both commands from them in clean environments
	$(BIN)/python -m tests.tools.release_check

clean:  ## remove .venv and what the tools leave behind
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache bench-out
