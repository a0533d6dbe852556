"""Purchases in the emulator, and an engineer who plans runs on them."""

import json
import shutil
import sys
from types import SimpleNamespace

import pytest

from include.configs import config_root
from include.warehouse.connection import connect
from tests.plugins.recsflow.planning.engineer import COMPILER, DATASET, MOMENT, PURCHASES, SPEC, Engineer


@pytest.fixture(scope="module")
def purchases(bigquery_emulator):
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    client = bigquery.Client(project="local", credentials=AnonymousCredentials())
    client.create_dataset("planned", exists_ok=True)
    connect("local", location="US").query(PURCHASES, (), {}, 60)
    return client


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def engineer(purchases, tmp_path, tracking_uri, settings_values, pipeline_jobs, context, monkeypatch):
    configs = tmp_path / "configs"
    shutil.copytree(config_root(), configs)
    (configs / "datasets" / "planned.yaml").write_text(DATASET)
    more = (configs / "features" / "basic.yaml").read_text()
    more += "  - {column: kind, kind: vocabulary, embedding_dim: 4}\n"
    (configs / "features" / "kinds.yaml").write_text(more)
    monkeypatch.setenv("RECSFLOW_CONFIG_ROOT", str(configs))
    values = {
        **settings_values,
        "mlflow_tracking_uri": tracking_uri,
        "mlflow_experiment": tmp_path.name,
        "staging_dataset": f"staging_{tmp_path.name}",
        "compiler": {"kind": "command", "argv": [sys.executable, "-c", COMPILER, json.dumps(SPEC)]},
    }
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(values))
    # MLflow keeps files of runs below the working directory unless told otherwise.
    monkeypatch.chdir(tmp_path)
    run = SimpleNamespace(data_interval_end=MOMENT, logical_date=MOMENT, run_after=MOMENT)
    dag = SimpleNamespace(dag_id="quick_test", tasks=[])
    return Engineer(tmp_path, purchases, pipeline_jobs, {**context, "dag": dag, "dag_run": run})
