# Everything a developer does here. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
BIN := .venv/bin
WORKERS ?= 2
# Some machines forbid Python to keep what it has compiled: imports then take several times as long.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/.venv/bytecode

.PHONY: help setup demo test test-fast test-cluster test-lab lab format lint docs bench bench-pods clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.setup-stamp: pyproject.toml constraints.txt constraints-kale.txt constraints-jupyter.txt scripts/setup.sh
	@scripts/setup.sh

setup: .venv/.setup-stamp  ## make .venv; done by every other target

.venv-peers/.setup-stamp: constraints-peers.txt scripts/setup_peers.sh | setup
	@scripts/setup_peers.sh

demo: setup  ## take the examples through the main job in a real, private Airflow
	@$(BIN)/python scripts/demo.py

test: setup lint test-lab  ## everything that needs no cluster (real kernels, real Airflow)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

test-fast: setup  ## what answers within a minute or two
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not slow and not airflow"

lab: setup  ## build the extension of JupyterLab, where Node.js is
	scripts/lab.sh build

test-lab: lab  ## the extension's formatting, lint, types and unit tests
	scripts/lab.sh check
	scripts/lab.sh test

test-cluster: setup  ## what needs a cluster in KUBECONFIG, with the image that CONTRIBUTING.md names
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m cluster

format: setup  ## format the code
	$(BIN)/ruff format src airflow_policy tests scripts benchmarks
	$(BIN)/ruff check --fix src airflow_policy tests scripts benchmarks
	scripts/lab.sh format

lint: setup  ## formatting, lint, types, layers
	$(BIN)/ruff format --check src airflow_policy tests scripts benchmarks
	$(BIN)/ruff check src airflow_policy tests scripts benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: setup  ## write the generated pages again
	$(BIN)/python scripts/generate_docs.py

bench: setup .venv-peers/.setup-stamp  ## measure against the peers: about ten minutes, best alone
	$(BIN)/python -m benchmarks

bench-pods: setup  ## measure steps as pods; needs what test-cluster needs, and NBFLOW_BUILD
	$(BIN)/python -m benchmarks --only pods --page benchmarks/PODS.md

clean:  ## remove what make made
	rm -rf .venv .venv-kale .venv-jupyter .venv-peers .nbflow .mypy_cache .ruff_cache .pytest_cache build dist
	rm -rf jupyterlab_ext/node_modules jupyterlab_ext/lib jupyterlab_ext/labextensions
