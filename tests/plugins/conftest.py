"""Airflow's home is a folder of the test run's own, chosen before anything imports Airflow."""

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

# As in the local cloud: names are flat, and gcsfs reads this when it is imported.
os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"
if "airflow" not in sys.modules:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="recsflow-airflow-")
    os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "False"
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
    # DAGs name what the plugin registers.
    os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(REPOSITORY / "plugins")


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Airflow's database without a row, for tests that start parts of Airflow to copy."""
    home = tmp_path_factory.mktemp("airflow")
    database = home / "airflow.db"
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{database}",
    }
    airflow = Path(sys.executable).with_name("airflow")
    subprocess.run([str(airflow), "db", "migrate"], env=environment, check=True, capture_output=True)
    return database


@pytest.fixture
def connections_account(nobodys_account: None) -> None:
    """The account of the test's own Airflow connection, as in every process of Airflow."""
    from recsflow.identity import act_as_connection

    act_as_connection()


@pytest.fixture
def settings_values(tmp_path: Path) -> dict[str, object]:
    """The Airflow Variable `recsflow` of a test, with a fresh artifact root."""
    return {
        "artifact_root": tmp_path.as_uri(),
        "gcp_conn_id": "recsflow_gcp",
        "project": "local",
        "location": "us-central1",
        "trainer_image": "local/recsflow-trainer:1",
        "compiler": {"kind": "command", "argv": [sys.executable, "-c", "raise SystemExit(1)"]},
        "mlflow_tracking_uri": "http://127.0.0.1:1",
        "pipeline_job_url": "http://console/jobs/{job_id}",
        "custom_job_url": "http://console/custom/{job_id}",
        "artifact_url": "http://console/artifacts/{path}",
    }


@pytest.fixture
def pipeline_jobs(monkeypatch: pytest.MonkeyPatch, settings_values: dict[str, object]) -> Iterator[object]:
    """A pipelineJobs API on loopback that the Airflow connection and Variable point at."""
    yield from _jobs("pipelineJobs", monkeypatch, settings_values)


@pytest.fixture
def custom_jobs(monkeypatch: pytest.MonkeyPatch, settings_values: dict[str, object]) -> Iterator[object]:
    """A customJobs API on loopback that the Airflow connection and Variable point at."""
    yield from _jobs("customJobs", monkeypatch, settings_values)


def _jobs(
    collection: str, monkeypatch: pytest.MonkeyPatch, settings_values: dict[str, object]
) -> Iterator[object]:
    from tests.plugins.jobs_server import JobsServer

    server = JobsServer(collection)
    extra = {
        "is_anonymous": True,
        "project": "local",
        "vertex_endpoint": server.url,
        "logging_endpoint": server.url,
    }
    connection = {"conn_type": "google_cloud_platform", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_RECSFLOW_GCP", json.dumps(connection))
    monkeypatch.setenv("AIRFLOW_VAR_RECSFLOW", json.dumps(settings_values))
    yield server
    server.close()


@pytest.fixture(scope="session")
def serving_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """The stand-in for Vertex AI; tests tell their things apart by their location."""
    from tests.local_cloud.vertex.app_server import AppServer

    server = AppServer(tmp_path_factory.mktemp("cloud"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mlflow_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tracking URI; tests tell their models apart by name, since making a database takes seconds."""
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


@pytest.fixture
def pushing(
    tmp_path: Path,
    serving_server: object,
    mlflow_database: str,
    settings_values: dict[str, object],
    context: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> object:
    """A schedule whose champion is pushed to an endpoint of its own."""
    from tests.plugins.pushing import Pushing

    values = {**settings_values, "mlflow_tracking_uri": mlflow_database}
    pushing = Pushing(tmp_path, serving_server, values, context)
    for name, value in pushing.environment().items():
        monkeypatch.setenv(name, value)
    # MLflow keeps files of runs below the working directory unless told otherwise.
    monkeypatch.chdir(tmp_path)
    return pushing


class TaskInstance:
    """As much of Airflow's task instance as an operator uses."""

    def __init__(self) -> None:
        self.id = uuid.uuid4()
        self.task_id = "task"
        self.try_number = 1
        self.task = SimpleNamespace(outlets=[])
        self.pushed: dict[str, object] = {}
        self.dag_id, self.run_id, self.map_index = "quick_test", "manual__1", -1
        self.breadcrumbs: list[dict[str, object]] = []

    def xcom_push(self, key: str, value: object) -> None:
        self.pushed[key] = value

    def get_task_breadcrumbs(self, dag_id: str, run_id: str) -> list[dict[str, object]]:
        return self.breadcrumbs


@pytest.fixture
def context() -> dict[str, object]:
    """As much of a task's context as an operator uses."""
    from airflow.sdk.execution_time.context import OutletEventAccessors

    return {"ti": TaskInstance(), "outlet_events": OutletEventAccessors()}
