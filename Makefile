# Everything runs in .venv, which the first target creates; all you need is Python >= 3.11 with venv, and make.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
# Each test worker, and each program that a test starts, would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
# One more than there are cores: many tests wait for clocks and daemons.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))

.PHONY: help wizard test test-fast test-deep test-bare releases check lint-demo bench fuzz fuzz-network docs renew screenshots film life pyz site release-check clean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

.venv/ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "halb needs Python 3.11 or newer; name one with 'make PYTHON=...'" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

wizard: .venv/ready  ## open the wizard; DIR=... names the folder for its files
	@$(BIN)/halb-wizard $(or $(DIR),./)

test: .venv/ready check  ## every check and test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --max-worker-restart 3 --durations 15

test-fast: .venv/ready  ## the tests that take less than a few seconds each
	HYPOTHESIS_PROFILE=fast $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup -m "not slow"

test-deep: .venv/ready  ## the properties with three times as many examples, other ones each time; every live scenario
	HALB_EXAMPLES=all $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup -m "deep or not (daemon or root)"

test-bare: .venv/ready  ## the tests that root or daemons could matter to, with both hidden
	.ci/bare $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup --beside-daemons -p no:cacheprovider

releases: .venv/ready  ## get other releases of keepalived (root, debootstrap, network), and test with them
	$(BIN)/python -m tests.roots || test -z "$$CI"  # elsewhere what is missing is skipped, with the reason
	HALB_RELEASES=all $(BIN)/python -m pytest -m release -p no:cacheprovider

check: .venv/ready  ## ruff, mypy --strict, import contracts, dead code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture

lint-demo: .venv/ready  ## lint a pair with mistakes that no daemon reports
	@$(BIN)/halb-lint --format full --fail-on never tests/cases/demo-pair

bench: .venv/ready  ## speed and memory compared with `haproxy -c` and `keepalived -t`; how cost grows with size
	$(BIN)/python -m tests.bench.run
	$(BIN)/python -m tests.bench.wizard
	$(BIN)/python -m tests.bench.editor
	$(BIN)/python -m tests.bench.scaling

SECONDS = 60
TRIES = 1000000
SEED = 0
TARGETS =

fuzz: .venv/ready  ## mutated inputs into whatever reads what others wrote, for SECONDS=60; SEED=0 TARGETS="lint dns"
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) --seed $(SEED) $(TARGETS)

fuzz-network: .venv/ready  ## TRIES=1000000 DNS messages, and as many certificates
	$(BIN)/python -m tests.fuzz --tries $(TRIES) --seed $(SEED) dns der

docs: .venv/ready  ## renew docs/rules.md, docs/halb-toml.md, docs/man, docs/completions, tables and outputs in other pages
	$(BIN)/python -m tests.tools.make_docs

renew: .venv/ready  ## renew everything that tests compare with; WHAT="keywords findings docs golden screens pictures"
	$(BIN)/python -m tests.tools.renew $(WHAT)

screenshots: .venv/ready  ## renew the pictures, from the real app
	$(BIN)/python screenshots/make.py

film: .venv/ready  ## record docs/article.cast again, in a real terminal (tmux)
	$(BIN)/python -m screenshots.cast

life: .venv/ready  ## record a cluster's life with real servers into docs/live.md (root)
	$(BIN)/python -m tests.tools.record_life

pyz: .venv/ready  ## build dist/halb.pyz, one file that needs nothing but Python
	$(BIN)/python -m tests.tools.one_file

.venv/site: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[site]'
	@touch $@

site: .venv/site  ## build the documentation's pages in site/
	$(BIN)/python -m tests.tools.site

release-check: .venv/ready  ## build wheel and sdist, and run both commands from them in clean environments
	$(BIN)/python -m tests.tools.release_check

clean:  ## remove .venv and what the tools leave behind
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache bench-out fuzz-out site
