# The door of the project: `make help` is its table of contents.
# Every target makes .venv when it is missing; nothing has to be installed by hand.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help env demo lab build verify bench test check lint types format lock clean

help:  ## Show this table of contents
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

env: $(STAMP)  ## Create .venv with the pinned packages

$(STAMP): requirements.lock pyproject.toml
	@echo "Creating .venv with the pinned packages (about 3 GB; two to five minutes) ..."
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"Python 3.11 to 3.13 is needed, this is {v.major}.{v.minor}: make PYTHON=python3.12 env")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@
	@echo "Done."

demo: $(STAMP)  ## Grade a made-up class of twelve, cheats included
	@$(BIN)/autograder demo

lab: $(STAMP)  ## Open JupyterLab on the course
	@$(BIN)/jupyter lab release

build: $(STAMP)  ## Build source/ and release/ from course/
	@$(BIN)/autograder build

verify: $(STAMP)  ## Prove the tests of every week: right answers, known mistakes, cheats
	@$(BIN)/autograder verify

bench: $(STAMP)  ## Race nbgrader, Otter and this project (ten minutes); writes BENCHMARKS.md
	@$(BIN)/python -m bench

test: $(STAMP) check  ## Everything that CI runs: checks, then all tests
	@$(BIN)/python -m pytest --numprocesses 2

check: lint types  ## Lint, types, and whether source/ and release/ are up to date
	@$(BIN)/autograder build --check

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

format: $(STAMP)  ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(STAMP)  ## Pin the newest allowed version of every package
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra grading --extra slurm --extra dev \
		--upgrade pyproject.toml --output-file requirements.lock

clean:  ## Remove what was made here: .venv, caches, the demo
	rm -rf .venv .autograder .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis demo
