# Sourcebook's commands. They need Python 3.11 to 3.14 with pip, git, and this make; everything else is
# installed into .venv on first use, from requirements.lock.

PYTHON ?= python3
ARGS ?=
VENV := .venv
RUN := $(VENV)/bin
# One process a processor, each with whole files of tests, so that what they share is made once a file.
PARALLEL := --numprocesses auto --dist loadfile
PIP := $(RUN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help report test long check notebooks checkers lock clean

help:  ## List these commands
	@echo "Usage: make COMMAND [ARGS='options of the command']"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1~\2/p' Makefile | while IFS='~' read -r name text; do printf '  %-12s%s\n' $$name "$$text"; done
	@echo "Example: make report ARGS='-p min_reliability=C'"

report: $(VENV)/installed  ## Build the HTML report and say where it lies
	@$(RUN)/sourcebook build $(ARGS)

test: $(VENV)/installed  ## Run the tests, then run the notebooks again and compare with their stored outputs
	@$(RUN)/python -m pytest $(PARALLEL)
	@$(RUN)/python -m pytest --nbval --nbval-cell-timeout 600 notebooks

long: $(VENV)/installed  ## Run the tests that take long, which `make test` leaves out
	@$(RUN)/python -m pytest $(PARALLEL) -m long

check: $(VENV)/installed  ## Check the coded tables and list every fault
	@$(RUN)/sourcebook check $(ARGS)

notebooks: $(VENV)/installed  ## Run the notebooks and store their outputs in place
	@$(RUN)/sourcebook run --save $(ARGS)

checkers:  ## Install what the tests hold pages against: axe-core and the Nu HTML checker (needs npm, and Java to run)
	@npm ci --prefix tests --ignore-scripts --no-audit --no-fund --loglevel=error

lock:  ## Renew requirements.lock and environment.yml from pyproject.toml (maintainers; needs uv)
	@$(PYTHON) tools/lock $(ARGS)

clean:  ## Delete what was built and installed: _build, .venv and the checkers
	@rm -rf _build $(VENV) sourcebook.egg-info tests/node_modules

# The environment is made afresh whenever the lock changes, so that it holds the lock's packages and no others.
# Some systems split venv's pip off into a package of its own; there, the pip at hand puts one in.
$(VENV)/locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null || { \
	    echo "Sourcebook needs Python 3.11 to 3.14, and '$(PYTHON)' is not that: $$($(PYTHON) --version 2>&1)." >&2; \
	    echo "Install one, or name it: make report PYTHON=python3.13" >&2; exit 1; }
	@echo "Installing $$(grep -c '^[a-z].*==' requirements.lock) packages into $(VENV), once (about a minute) ..."
	@$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 || { \
	    $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(RUN)/python install --quiet pip; } || { \
	    echo "'$(PYTHON)' could make no virtual environment: it lacks venv or pip." >&2; \
	    echo "Install them (on Debian and Ubuntu: python3-venv), or name another Python: make report PYTHON=python3.13" >&2; exit 1; }
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	@touch $@

# (setuptools warns at every editable install that it is one.)
$(VENV)/installed: $(VENV)/locked pyproject.toml
	@PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
