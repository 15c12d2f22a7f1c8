# The commands of the project. `make help` lists them.
# Every target creates .venv if it is missing. Nothing has to be installed by hand.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --extra slurm --group dev \
	--no-emit-package dlcourse pyproject.toml --output-file requirements.lock

.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE  # where it is set, every command compiles its imports again
.PHONY: help env demo lab build verify bench test test-fast check lint types imports built format \
	hooks lock upgrade wheels clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

env: $(STAMP)  ## Create .venv with the pinned packages

$(STAMP): requirements.lock pyproject.toml lib/pyproject.toml
	@echo "Creating .venv with the pinned packages (about 3 GB; two to five minutes) ..."
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"Python 3.11 to 3.13 is needed, but this is {v.major}.{v.minor}. Name another one: make PYTHON=python3.12 env")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable ./lib --editable .
	@touch $@
	@echo "Done."

demo: $(STAMP)  ## Grade a made-up class of twelve students
	@$(BIN)/autograder demo

lab: $(STAMP)  ## Open JupyterLab on the students' notebooks
	@$(BIN)/jupyter lab release

build: $(STAMP)  ## Build source/ and release/ from course/
	@$(BIN)/autograder build

verify: $(STAMP)  ## Test the tests of every week with known right and wrong answers
	@$(BIN)/autograder verify

bench: $(STAMP)  ## Compare with nbgrader and Otter (ten minutes); writes BENCHMARKS.md
	@$(BIN)/python -m bench

test: $(STAMP) check  ## Run everything that CI runs: the checks, then all tests
	@$(BIN)/python -m pytest --numprocesses 2

test-fast: $(STAMP)  ## Run the tests that are not slow (two minutes)
	@$(BIN)/python -m pytest --numprocesses 2 -m "not slow"

check: $(STAMP)  ## Run all checks side by side: lint, types, imports and built
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types built lint imports

lint: $(STAMP)  ## Check the style of the code and the spelling
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/codespell

types: $(STAMP)  ## Check the types
	@$(BIN)/mypy

imports: $(STAMP)  ## Check which package imports which
	@$(BIN)/lint-imports --no-logo

built: $(STAMP)  ## Check that source/ and release/ are up to date
	@$(BIN)/autograder build --check

format: $(STAMP)  ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

hooks: $(STAMP)  ## Run the checks of .pre-commit-config.yaml at every commit
	@$(BIN)/pre-commit install

lock: $(STAMP)  ## Pin new packages in requirements.lock; keep the other pins
	@$(BIN)/$(COMPILE)

upgrade: $(STAMP)  ## Pin the newest allowed version of every package
	@$(BIN)/$(COMPILE) --upgrade

wheels: $(STAMP)  ## Build both wheels into dist/
	@$(BIN)/uv build --quiet --wheel --out-dir dist lib
	@$(BIN)/uv build --quiet --wheel --out-dir dist .

clean:  ## Remove what was made here: .venv, caches, wheels, the demo
	rm -rf .venv .autograder .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist demo
