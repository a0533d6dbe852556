"""Every DAG file, in an interpreter of its own: no import errors, nothing heavy, within its share of time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

REPOSITORY = Path(__file__).resolve().parents[2]
DAG_FILES = sorted(path.stem for path in (REPOSITORY / "dags").glob("*.py"))
# Of the time that importing Airflow takes on the same machine; measured: 0.064.
BUDGET = 0.1
HEAVY = (
    "airflow.providers.google.cloud",
    "airflow.providers.google.common",
    "google.api_core",
    "google.cloud.aiplatform",
    "google.cloud.aiplatform_v1",
    "google.cloud.bigquery",
    "great_expectations",
    "matplotlib",
    "mlflow",
    "numpy",
    "optuna",
    "pandas",
    "pyarrow",
    "tensorflow",
    "tfx",
    "upath",
)
# `airflow.sdk` itself loads pydantic and others; only what comes on top of it is ours.
PROGRAM = """
import importlib, json, sys, time
import airflow.sdk
airflow_s, before = time.process_time(), set(sys.modules)
for name in sys.argv[1:]:
    importlib.import_module(name)
ours_s = time.process_time() - airflow_s
print(json.dumps({"share": ours_s / airflow_s, "modules": sorted(set(sys.modules) - before)}))
"""


def imported(tmp_path: Path, *names: str) -> dict:
    path = os.pathsep.join(str(REPOSITORY / folder) for folder in ("", "dags", "plugins"))
    # Without byte code on either side: whether Airflow's is there depends on what ran before.
    compiles = {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {**os.environ, **compiles, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_there_are_dag_files():
    assert "quick_test" in DAG_FILES


def test_all_dag_files_import_within_their_budget_and_nothing_heavy(tmp_path):
    result = imported(tmp_path, *DAG_FILES)
    loaded = [name for name in result["modules"] if name.startswith(HEAVY)]
    assert loaded == []
    assert result["share"] <= BUDGET


def test_plugin_imports_nothing_heavy(tmp_path):
    result = imported(tmp_path, "recsflow.plugin")
    assert [name for name in result["modules"] if name.startswith(HEAVY)] == []
