# Each target sets up what it needs first, and is quick when nothing has changed.
# Needs Python 3.11 or newer (PYTHON=... to name one) and, where it is on the PATH, uv.
PYTHON ?= python3
ARGS ?=
PY := .venv/bin/python
RUNTIME := .venv/.runtime
DEV := .venv/.dev

.PHONY: demo test check train eval bench chaos lock clean help

help:
	@echo "make demo    the whole chain in an invented world, on this machine alone"
	@echo "make test    the tests          make check   lint and types"
	@echo "make train   train the classifier by its recipe"
	@echo "make eval    measure it         make bench   measure speed and memory"
	@echo "make chaos   kill the daemon at random moments, and count (ARGS=hearing: of what is heard)"

demo: $(RUNTIME)
	@$(PY) run_pipeline.py demo $(ARGS)

test: $(DEV)
	@$(PY) -m pytest $(if $(ARGS),$(ARGS),-n 2 --dist loadgroup -q)

check: $(DEV)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy .

train: $(RUNTIME)
	@$(PY) run_pipeline.py train $(ARGS)

eval: $(RUNTIME)
	@$(PY) -m benchmarks.eval $(ARGS)

bench: $(DEV)
	@$(PY) -m benchmarks $(ARGS)

chaos: $(DEV)
	@$(PY) -m tests.chaos $(ARGS)

lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis

# --- setting up -----------------------------------------------------------------------------

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Goodword needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv

# install <lock>: with uv where there is one (and its compiled bytecode: spaCy imports slowly else)
define install
	@echo "Installing from $(1) (only when it has changed)..." >&2
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install -q --python $(PY) --compile-bytecode --require-hashes -r $(1); \
	else \
		$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $(1); \
	fi
endef

$(RUNTIME): requirements.lock | $(PY)
	$(call install,requirements.lock)
	@touch $@

$(DEV): requirements-dev.lock requirements.lock | $(PY)
	$(call install,requirements-dev.lock)
	@touch $@ $(RUNTIME)
