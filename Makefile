# Two commands for a newcomer: `make run` (one real experiment through the real DAG) and `make test`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

ORCHESTRATOR := .venv/.ready
TRAINER := trainer_image/.venv/.ready
WAREHOUSE := local_cloud/.venv/.ready

# Byte code is kept: without it, each process that imports Airflow or TensorFlow compiles it for seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(ORCHESTRATOR) $(TRAINER) $(WAREHOUSE) ## Build the three locked environments

$(ORCHESTRATOR): pyproject.toml uv.lock
	@scripts/setup_env.sh .

$(TRAINER): trainer_image/pyproject.toml trainer_image/uv.lock
	@scripts/setup_env.sh trainer_image

$(WAREHOUSE): local_cloud/pyproject.toml local_cloud/uv.lock
	@scripts/setup_env.sh local_cloud

# --- one machine: the local cloud, Airflow and MLflow ------------------------------------------------------------

export RECSFLOW_HOME ?= $(CURDIR)/.recsflow
PYTHON := .venv/bin/python
LOCAL_CLOUD := $(PYTHON) -m local_cloud
LOCAL_ENV = eval "$$($(LOCAL_CLOUD) env)"
AIRFLOW_DB := $(RECSFLOW_HOME)/airflow/.migrated

# Parameters of the run as JSON, as in the trigger form: make run PARAMS='{"learning_rate": 0.02}'
PARAMS ?= {}

$(AIRFLOW_DB): $(ORCHESTRATOR) uv.lock
	@$(LOCAL_CLOUD) migrate-airflow $@ uv.lock

# $(call follow,DAG) runs a DAG and shows how it goes.
define follow
	@$(LOCAL_CLOUD) start storage bigquery vertex mlflow
	@$(LOCAL_CLOUD) load-sample --for '$(PARAMS)'
	@$(LOCAL_ENV); $(PYTHON) scripts/follow_dag.py $(RECSFLOW_HOME)/logs/$@-$$(date +%Y%m%dT%H%M%S).log \
	    $(1) --conf '$(PARAMS)'
	@echo "The local cloud goes on running: 'make up' adds Airflow's UI, 'make down' stops it all."
endef

.PHONY: run
run: setup $(AIRFLOW_DB) ## Run one real experiment through the real DAG (PARAMS='{"learning_rate": 0.02}')
	$(call follow,quick_test)

# DAG=retraining_weekly plans a run of a schedule, DATE=2017-11-20 one of that logical date; OFFLINE=1 asks nothing.
DAG ?= quick_test

.PHONY: plan
plan: $(ORCHESTRATOR) ## Say what a run would do before it costs (DAG=retraining_weekly PARAMS='{"learning_rate": 0.02}')
	@$(LOCAL_ENV); $(PYTHON) -m scripts.plan '$(DAG)' --conf '$(PARAMS)' \
	    $(if $(DATE),--date '$(DATE)') $(if $(OFFLINE),--offline)

.PHONY: doctor
doctor: $(ORCHESTRATOR) ## Check settings, permissions, storage, BigQuery, Vertex AI, quotas, image, compiler and MLflow
	@$(LOCAL_ENV); PYTHONPATH=.:plugins $(PYTHON) -m scripts.doctor

.PHONY: overfit
overfit: setup $(AIRFLOW_DB) ## Check that a model can learn 32 rows by heart (PARAMS='{"model": "deep"}')
	$(call follow,overfit_check)

.PHONY: rerun
rerun: setup $(AIRFLOW_DB) ## Train a finished experiment again (PARAMS='{"experiment": "quick-test-…", "learning_rate": 0.02}')
	$(call follow,trainer_rerun)

.PHONY: sweep
sweep: setup $(AIRFLOW_DB) ## Search hyperparameters (PARAMS='{"sweep": "history", "trials": 4}')
	$(call follow,sweep)

.PHONY: clean-up
clean-up: setup $(AIRFLOW_DB) ## Say what is older than the retention; PARAMS='{"dry_run": false}' removes it
	$(call follow,clean_up)

# Dates of the sample; a backfill of another schedule: make backtest SCHEDULE=nightly FIRST=2026-10-01 LAST=2026-10-31
SCHEDULE ?= weekly
FIRST ?= 2017-11-06
LAST ?= 2017-12-25

.PHONY: backtest
backtest: setup $(AIRFLOW_DB) ## Train as on past dates and compare (SCHEDULE=weekly FIRST=2017-11-06 LAST=2017-12-25)
	@$(LOCAL_CLOUD) start all
	@$(LOCAL_CLOUD) load-sample
	@$(LOCAL_ENV); $(PYTHON) -m scripts.backtest $(SCHEDULE) $(FIRST) $(LAST) --conf '$(PARAMS)'
	@echo "The local cloud goes on running: 'make down' stops it all."

.PHONY: up
up: setup $(AIRFLOW_DB) ## Start Airflow's UI, MLflow's UI and the local cloud; print addresses and login
	@$(LOCAL_CLOUD) start all
	@$(LOCAL_CLOUD) load-sample
	@$(LOCAL_CLOUD) console

# One's own tables: make load DATASET=shop FILES='orders.parquet products.csv', then name shop.orders in a dataset config.
.PHONY: load
load: $(ORCHESTRATOR) $(WAREHOUSE) ## Load one's own tables into the local BigQuery (DATASET=shop FILES='*.parquet *.csv')
	@test -n "$(DATASET)" -a -n "$(FILES)" || { echo "make load DATASET=shop FILES='*.parquet *.csv'" >&2; exit 1; }
	@$(LOCAL_CLOUD) start bigquery
	@$(LOCAL_CLOUD) load $(DATASET) $(FILES)

.PHONY: down
down: ## Stop what `make run` and `make up` started, nothing else
	@$(LOCAL_CLOUD) stop

.PHONY: status
status: ## Show what runs where
	@$(LOCAL_CLOUD) status

# --- checks ------------------------------------------------------------------------------------------------------

PYTEST := $(PYTHON) -m pytest --durations=20
TRAINER_PYTEST := trainer_image/.venv/bin/python -m pytest -c trainer_image/pyproject.toml --rootdir . --durations=20

# Three layers at once, since the longest, which begins first, waits as much as it computes. Each layer's output comes whole.
.PHONY: test
test: setup ## Set everything up and pass the tests (what CI runs)
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target \
		e2e emulator trainer unit lint web-check docs requirements-check

# What Airflow loads runs on Composer's Python; pyproject.toml holds ruff to the same. The second mypy looks for what the
# standard library of that Python lacks, so it reads no other package, and does not know what that never returns from.
COMPOSER_PYTHON := 3.11

.PHONY: lint
lint: style types sql forge ## Lint, format, types, SQL and the forge's files

.PHONY: style
style: $(ORCHESTRATOR) ## Lint and format of Python
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

.PHONY: types
types: $(ORCHESTRATOR) ## Types, and what Composer's Python lacks
	.venv/bin/mypy include plugins dags trainer_image/recsflow_trainer local_cloud scripts benchmarks tests
	.venv/bin/mypy --python-version $(COMPOSER_PYTHON) --no-site-packages --ignore-missing-imports \
	    --no-warn-unused-ignores --allow-untyped-decorators --no-warn-return-any \
	    --disable-error-code misc --disable-error-code arg-type include plugins dags

.PHONY: sql
sql: $(ORCHESTRATOR) ## SQL: the templates, and the statements that tests render from them
	.venv/bin/sqlfluff lint include tests containers

SCHEMA := .venv/bin/check-jsonschema --builtin-schema

.PHONY: forge
forge: $(ORCHESTRATOR) ## The forge's files by their published schemas, and the hooks of pre-commit
	$(SCHEMA) vendor.github-workflows .github/workflows/*.yml
	$(SCHEMA) vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA) vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	.venv/bin/pre-commit validate-config

# --- the Experiments page ----------------------------------------------------------------------------------------

WEB := web/node_modules/.ready
BUNDLE := plugins/recsflow/page/static

$(WEB): web/package.json web/package-lock.json web/.npmrc $(ORCHESTRATOR)
	@scripts/npm.sh ci --silent
	@touch $@

.PHONY: web
web: $(WEB) ## Build the Experiments page from web/ into the plugin; commit what it writes
	@scripts/npm.sh run --silent build

.PHONY: web-check
web-check: $(WEB) ## Types, lint and unit tests of the page, and that the bundle is what its sources give
	@scripts/npm.sh run --silent check
	@scripts/npm.sh run --silent build -- $(CURDIR)/build/web
	@diff -r build/web $(BUNDLE) >/dev/null \
	    || { echo "$(BUNDLE) is not what web/ gives: run 'make web' and commit it." >&2; exit 1; }

# Strict: a link to nothing, or a page that is in no menu, fails; --quiet would count no warning. Nothing is fetched, here or
# by a browser.
.PHONY: docs
docs: $(ORCHESTRATOR) ## Build the site of the docs in build/site
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict 2>&1 | { grep -v ^INFO || true; }
	@echo "build/site/index.html"

# Of what runs here; `make run` first.
.PHONY: pictures
pictures: setup $(AIRFLOW_DB) ## Take the docs' pictures from the running product, with Chromium
	@$(LOCAL_CLOUD) start all
	@$(LOCAL_ENV); $(PYTHON) -m scripts.pictures

.PHONY: parameter-list
parameter-list: $(ORCHESTRATOR) ## Write docs/run-parameters.md from the DAGs' forms; a unit test holds it to them
	PYTHONPATH=plugins $(PYTHON) -m scripts.parameter_list

.PHONY: unit
unit: $(ORCHESTRATOR) ## Unit tests: no server, no TensorFlow
	$(PYTEST) -m "unit and not soak" --ignore tests/trainer_image

.PHONY: trainer
trainer: $(TRAINER) ## Tests of the trainer library, in its environment
	$(TRAINER_PYTEST) -m "not soak" tests/trainer_image

.PHONY: emulator
emulator: setup ## Real client libraries against the local cloud
	$(PYTEST) -m "emulator and not soak" --ignore tests/trainer_image

.PHONY: e2e
e2e: setup $(WEB) ## The real DAG on real rows, and its pages in headless Chromium
	$(PYTEST) -m "(e2e or browser) and not soak" --ignore tests/trainer_image

.PHONY: browser
browser: setup $(WEB) ## The pages in headless Chromium alone
	$(PYTEST) -m "browser and not soak" --ignore tests/trainer_image

.PHONY: soak
soak: setup ## What takes long and repeats what `make test` shows once
	$(PYTEST) -m soak --ignore tests/trainer_image
	$(TRAINER_PYTEST) -m soak tests/trainer_image

.PHONY: requirements
requirements: requirements.txt requirements-composer.txt ## Export the lock for images, and what Composer lacks of it

requirements.txt: uv.lock
	@scripts/export_requirements.sh > $@

requirements-composer.txt: uv.lock pyproject.toml composer/packages.txt $(ORCHESTRATOR)
	@$(PYTHON) -m scripts.composer_requirements

.PHONY: requirements-check
requirements-check: $(ORCHESTRATOR) ## Fail when the requirements are not what the lock and Composer's list say
	@scripts/export_requirements.sh | diff - requirements.txt \
	    || { echo "requirements.txt differs from uv.lock: run 'make requirements' and commit it." >&2; exit 1; }
	@$(PYTHON) -m scripts.composer_requirements --check

# --- Composer ----------------------------------------------------------------------------------------------------

.PHONY: deploy-folder
deploy-folder: $(ORCHESTRATOR) ## Lay out build/composer, what goes into the bucket of a Composer environment
	@$(PYTHON) -m scripts.composer_folder

.PHONY: composer-check
composer-check: $(ORCHESTRATOR) ## Start Airflow's processes from those folders, on Composer's Python and packages
	@scripts/uv.sh venv --quiet --clear --python $(COMPOSER_PYTHON) build/composer-environment
	@$(PYTHON) -m scripts.composer_requirements --environment >build/composer-environment/packages.txt
	@scripts/uv.sh pip install --quiet --python build/composer-environment/bin/python \
	    --requirements build/composer-environment/packages.txt
	RECSFLOW_COMPOSER_PYTHON=$(CURDIR)/build/composer-environment/bin/python \
	    $(PYTEST) -m emulator tests/scripts/test_composer_folder.py

# --- the trainer image -------------------------------------------------------------------------------------------

.PHONY: pin-images
pin-images: $(ORCHESTRATOR) ## Write the digests of the trainer image's bases into its Dockerfile
	@$(PYTHON) -m scripts.pin_images

# ROOT is a folder that is not there yet; it takes 9 GB.
.PHONY: image-root
image-root: $(ORCHESTRATOR) ## Run the trainer image's Dockerfile without Docker, as root, with mmdebstrap (ROOT=/tmp/image)
	@$(PYTHON) -m scripts.run_dockerfile '$(or $(ROOT),/tmp/recsflow-image)'

# --- benchmarks --------------------------------------------------------------------------------------------------

BENCHMARKS := dag-import schedule-parsing submit compile pipeline learning-rate full-rows backfill \
    retrieval-quality training-speed evaluation serving \
    verdicts gradient-statistics polling cards

.PHONY: bench
bench: $(addprefix bench-,$(BENCHMARKS)) ## Run all benchmarks; bench-<name> runs one

.PHONY: $(addprefix bench-,$(BENCHMARKS))
$(addprefix bench-,$(BENCHMARKS)): bench-%: setup
	@PYTHONPATH=plugins $(PYTHON) -m benchmarks.$(subst -,_,$*)
