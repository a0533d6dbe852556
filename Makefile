# Two commands for a newcomer: `make run` (one real experiment through the real DAG) and `make test`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

ORCHESTRATOR := .venv/.ready
TRAINER := trainer_image/.venv/.ready
WAREHOUSE := local_cloud/.venv/.ready

.PHONY: help
help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(ORCHESTRATOR) $(TRAINER) $(WAREHOUSE) ## Build the three locked environments

$(ORCHESTRATOR): pyproject.toml uv.lock
	@scripts/setup_env.sh . && touch $@

$(TRAINER): trainer_image/pyproject.toml trainer_image/uv.lock
	@scripts/setup_env.sh trainer_image && touch $@

$(WAREHOUSE): local_cloud/pyproject.toml local_cloud/uv.lock
	@scripts/setup_env.sh local_cloud && touch $@
