"""Airflow's home is a folder of the test run's own, chosen before anything imports Airflow."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

if "airflow" not in sys.modules:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="recsflow-airflow-")
    os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "False"
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"


@pytest.fixture
def settings_values(tmp_path: Path) -> dict[str, object]:
    """The Airflow Variable `recsflow` of a test, with a fresh artifact root."""
    return {
        "artifact_root": tmp_path.as_uri(),
        "gcp_conn_id": "recsflow_gcp",
        "project": "local",
        "location": "us-central1",
        "example_source": "parquet",
        "trainer_image": "local/recsflow-trainer:1",
        "compiler": {"kind": "command", "argv": [sys.executable, "-c", "raise SystemExit(1)"]},
        "mlflow_tracking_uri": "http://127.0.0.1:1",
        "pipeline_job_url": "http://console/jobs/{job_id}",
        "artifact_url": "http://console/artifacts/{path}",
    }
