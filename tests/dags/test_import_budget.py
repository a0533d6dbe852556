"""Every DAG file, in an interpreter of its own: no import errors, nothing heavy, within its share of work."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

REPOSITORY = Path(__file__).resolve().parents[2]
DAG_FILES = sorted(path.stem for path in (REPOSITORY / "dags").glob("*.py"))
# Of the calls of functions that importing Airflow takes, which are the same on a slow machine; counted: 0.25.
BUDGET = 0.35
HEAVY = (
    "airflow.providers.google.cloud",
    "airflow.providers.google.common",
    "fastapi",
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
    "recsflow.page",
    "sqlite3",
    "tensorflow",
    "tfx",
    "upath",
)
# `airflow.sdk` itself loads pydantic and others; only what comes on top of it is ours.
PROGRAM = """
import importlib, json, sys
calls, monitoring = 0, sys.monitoring

def count(*_):
    global calls
    calls += 1

monitoring.use_tool_id(monitoring.PROFILER_ID, "calls")
monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.PY_START, count)
monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.PY_START)
import airflow.sdk
of_airflow, before = calls, set(sys.modules)
for name in sys.argv[1:]:
    importlib.import_module(name)
share = (calls - of_airflow) / of_airflow
print(json.dumps({"share": share, "modules": sorted(set(sys.modules) - before)}))
"""


def imported(*names: str) -> dict:
    path = os.pathsep.join(str(REPOSITORY / folder) for folder in ("", "dags", "plugins"))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_there_are_dag_files():
    assert "quick_test" in DAG_FILES


def test_all_dag_files_import_within_their_budget_and_nothing_heavy():
    result = imported(*DAG_FILES)
    loaded = [name for name in result["modules"] if name.startswith(HEAVY)]
    assert loaded == []
    assert result["share"] <= BUDGET


def test_plugin_imports_nothing_heavy():
    result = imported("recsflow.plugin")
    assert [name for name in result["modules"] if name.startswith(HEAVY)] == []
