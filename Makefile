# `make demo` and `make test` each work as the first command after cloning.

.DEFAULT_GOAL := help
.PHONY: help demo test test-full check bench dev reference models clean
SHELL := /bin/bash

BIN := .venv/bin
INSTALLED := .venv/.installed
BENCH ?= embed
PARALLEL ?= --numprocesses=auto --maxprocesses=4 --dist=worksteal

help: ## Show this.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

demo: models ## Run the demonstration notebook over the installed packages.
	@$(BIN)/chunkbook demo

test: models ## Run the tests that need nothing more than Python.
	$(BIN)/pytest $(PARALLEL) -m "not full"

test-full: models ## Run all tests; installs a browser from Debian.
	@scripts/browser.sh
	HYPOTHESIS_PROFILE=new $(BIN)/pytest $(PARALLEL) -m "full or not full"

check: $(INSTALLED) ## Check style, types and import contracts.
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: models ## Run a bench: make bench BENCH=embed
	$(BIN)/chunkbook bench $(BENCH)

dev: models ## Open Dagster's web interface over the notebooks.
	@$(BIN)/chunkbook dev

reference: $(INSTALLED) ## Write docs/reference.md anew from the ops.
	$(BIN)/chunkbook ops --markdown > docs/reference.md.new
	mv docs/reference.md.new docs/reference.md

models: $(INSTALLED) ## Fetch the models that are not there yet.
	@$(BIN)/chunkbook models pull > /dev/null

clean: ## Remove the environment and what tools left behind.
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(INSTALLED): pyproject.toml constraints.txt scripts/install.sh scripts/llama_lean.cmake scripts/amx_tiles.h hatch_build.py ops/segment/_cut.c
	@scripts/install.sh
	@touch $@
