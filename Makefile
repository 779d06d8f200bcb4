# The two commands most people need: `make nightly` and `make test`.
PYTHON ?= python3.11
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export HF_HUB_OFFLINE = 1
export GX_ANALYTICS_ENABLED = false
export DAGSTER_DISABLE_TELEMETRY = 1

.PHONY: nightly test dev lint bench soak docs clean setup

nightly: setup  ## one night on the built-in sandbox; ARGS are passed on (--no-advance, --workers …)
	@$(BIN)/lms-hris nightly --sandbox $(ARGS)

test: setup  ## all tests, one process a core; ARGS are passed on
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

dev: setup  ## the sandbox and the Dagster UI, until Ctrl-C
	@exec $(BIN)/lms-hris dev $(ARGS)

lint: setup  ## style, types, import rules
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: setup  ## speed and memory beside a floor; ARGS="--sizes 2000 20000 100000" and more: ARGS=--help
	@$(BIN)/python -m benchmarks.run $(ARGS)

soak: setup  ## ten days of 2,000 workers, every family on auto
	@$(BIN)/python -m pytest -m soak $(ARGS)

docs: setup  ## generated pages and column lineage
	@$(BIN)/python -m lms_hris_pipeline.cli.docs

setup: .venv/.installed

.venv/.installed: pyproject.toml requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) was not found; install Python 3.11 with its venv module, or name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up .venv (about two minutes and 2.6 GB the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# not compiled: most of what is installed is never imported
	@$(BIN)/python -m pip install -q --no-compile torch==2.13.0 -c requirements.lock
	@$(BIN)/python -m pip install -q --no-compile -e '.[dev]' -c requirements.lock
	@touch $@

clean:  ## remove what runs and tools have written, the environment too
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	rm -rf .tmp_dagster_home_* .nux logs .logs_queue
	find data -mindepth 1 -not -name .gitkeep -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
