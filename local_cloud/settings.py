"""All that is local about local mode: folders, ports, and the environment that points Airflow at them."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from local_cloud.errors import LocalCloudError

REPOSITORY = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PROJECT = "local"
LOCATION = "us-central1"
# Of the local Cloud Storage; made when that starts.
BUCKET = "recsflow-local"
ARTIFACT_ROOT = f"gs://{BUCKET}/recsflow"
BIGQUERY_LOCATION = "US"
CLOUD_BUILD = {"kind": "cloud_build", "location": LOCATION}
# Named by every job, as on Google Cloud; it may do everything here.
SERVICE_ACCOUNT = f"recsflow-trainer@{PROJECT}.iam.gserviceaccount.com"
# Airflow's own, and a length: the folder of a run's logs has its id in its name, of 255 bytes at most.
RUN_ID_PATTERN = "^[A-Za-z0-9_.~:+-]{1,200}$"
DEFAULT_PORTS = {
    "storage": 9030,
    "storage_proxy": 9040,
    "bigquery": 9050,
    "bigquery_storage": 9060,
    "vertex": 9070,
    "mlflow": 5000,
    "airflow": 8080,
    "airflow_worker_log": 8793,
    "airflow_trigger_log": 8794,
}


@dataclass(frozen=True)
class LocalSettings:
    """Where the local cloud keeps its state and which ports it uses.

    Attributes:
        home: folder of all state: databases, artifacts, logs, process files.
        port_offset: added to every default port.
        artifact_root_uri: `gs://bucket/prefix` of the local Cloud Storage, or `file:///folder`.
        postgres: `user@host:port` of the server with the databases `airflow` and `mlflow`; its password is
            where PGPASSFILE says. By default both are SQLite files in home.
        own_ports: ports of servers that do not follow the offset, by names of DEFAULT_PORTS.
    """

    home: Path
    port_offset: int = 0
    artifact_root_uri: str = ARTIFACT_ROOT
    postgres: str = ""
    own_ports: Mapping[str, int] = field(default_factory=dict, hash=False)

    @classmethod
    def from_environment(cls) -> "LocalSettings":
        """Reads the variables RECSFLOW_HOME, _PORT_OFFSET, _ARTIFACT_ROOT, _POSTGRES and _PORT_<server>."""
        home = Path(os.environ.get("RECSFLOW_HOME") or REPOSITORY / ".recsflow").expanduser().resolve()
        raw_offset = os.environ.get("RECSFLOW_PORT_OFFSET") or "0"
        highest = 65535 - max(DEFAULT_PORTS.values())
        if not raw_offset.isdecimal() or int(raw_offset) > highest:
            raise LocalCloudError(
                f"environment: RECSFLOW_PORT_OFFSET is {raw_offset!r}; use a whole number, 0 to {highest}."
            )
        root = os.environ.get("RECSFLOW_ARTIFACT_ROOT", "").rstrip("/")
        if root and not re.fullmatch(r"(gs://[^/]+/|file:///).+", root):
            raise LocalCloudError(
                f"environment: RECSFLOW_ARTIFACT_ROOT is {root!r}; use {ARTIFACT_ROOT} or file:///folder."
            )
        postgres = os.environ.get("RECSFLOW_POSTGRES", "")
        if postgres and not re.fullmatch(r"[\w.-]+@[\w.-]+:\d{1,5}", postgres):
            raise LocalCloudError(
                f"environment: RECSFLOW_POSTGRES is {postgres!r}; use user@host:port, and keep the password "
                "in the file that PGPASSFILE names."
            )
        return cls(home, int(raw_offset), root or ARTIFACT_ROOT, postgres, _own_ports())

    def port(self, name: str) -> int:
        """Returns the port of a server, named as in DEFAULT_PORTS."""
        return self.own_ports.get(name, DEFAULT_PORTS[name] + self.port_offset)

    def database_url(self, name: str) -> str:
        """Returns SQLAlchemy's address of the database `airflow` or `mlflow`; it has no password in it."""
        if self.postgres:
            return f"postgresql+psycopg2://{self.postgres}/{name}"
        files = {"airflow": self.home / "airflow" / "airflow.db", "mlflow": self.home / "mlflow.db"}
        return f"sqlite:///{files[name]}"

    def url(self, name: str) -> str:
        """Returns the HTTP address of a server, named as in DEFAULT_PORTS."""
        return f"http://{HOST}:{self.port(name)}"

    @property
    def storage_root(self) -> Path:
        """Folder in which the local Cloud Storage keeps its buckets and its certificate."""
        return self.home / "storage"

    @property
    def serving_root(self) -> Path:
        """Folder that stands for the machines of endpoints: `<endpoint>/<version>/saved_model.pb`."""
        return self.home / "serving"

    @property
    def trainer_python(self) -> Path:
        """Interpreter that compiles and runs pipelines."""
        return REPOSITORY / "trainer_image" / ".venv" / "bin" / "python"

    @cached_property
    def trainer_image(self) -> str:
        """Image name that changes with the library's sources and its locked dependencies.

        Compiled specs and cached tasks are keyed by it, so editing the library invalidates both.
        """
        folder = REPOSITORY / "trainer_image"
        digest = hashlib.sha256()
        for path in [*sorted((folder / "recsflow_trainer").rglob("*.py")), folder / "uv.lock"]:
            digest.update(f"{path.relative_to(folder)}\0".encode())
            digest.update(path.read_bytes())
        version = re.search(r'^version = "(.+)"', (folder / "pyproject.toml").read_text(), re.MULTILINE)
        return f"local/recsflow-trainer:{version[1] if version else '0'}-{digest.hexdigest()[:12]}"

    def recsflow_variable(self) -> dict[str, object]:
        """Returns the Airflow Variable `recsflow` for local mode."""
        console = f"{self.url('vertex')}/console"
        is_in_bucket = self.artifact_root_uri.startswith("gs://")
        return {
            "artifact_root": self.artifact_root_uri,
            "gcp_conn_id": "recsflow_gcp",
            "project": PROJECT,
            "location": LOCATION,
            # Small runs end within seconds here, and nobody else asks.
            "poll_interval_s": 2,
            "bigquery_location": BIGQUERY_LOCATION,
            "staging_dataset": "recsflow_staging",
            "trainer_image": self.trainer_image,
            "service_account": SERVICE_ACCOUNT,
            "prices": {
                "currency": "USD",
                "basis": "BigQuery and Vertex AI are emulated on this machine, which bills nobody",
                "query_per_tib": 0,
                "component_per_hour": 0,
                "trainer_per_hour": {"cpu": 0},
            },
            # A build copies what it compiles from and to a bucket.
            "compiler": CLOUD_BUILD if is_in_bucket else self.command_compiler(),
            "mlflow_tracking_uri": self.url("mlflow"),
            "mlflow_experiment": "recsflow",
            "table_url": console + "/tables/{dataset}/{table}",
            "artifact_url": console + "/artifacts/{path}",
            "pipeline_job_url": console + "/jobs/{job_id}",
            "custom_job_url": console + "/jobs/{job_id}",
            "model_url": console + "/models/{model_id}",
            "endpoint_url": console + "/endpoints/{endpoint_id}",
            "mlflow_run_url": self.url("mlflow") + "/#/experiments/{experiment_id}/runs/{run_id}",
            "mlflow_model_url": self.url("mlflow") + "/#/models/{name}",
        }

    def command_compiler(self) -> dict[str, object]:
        """Returns the trainer environment as what compiles pipelines."""
        argv = [str(self.trainer_python), "-m", "recsflow_trainer.pipeline.compile"]
        return {"kind": "command", "argv": argv}

    def environment(self) -> dict[str, str]:
        """Returns the variables under which Airflow, its tasks and Google's clients use the local cloud."""
        connection = {
            "conn_type": "google_cloud_platform",
            "extra": {
                "is_anonymous": True,
                "project": PROJECT,
                "vertex_endpoint": self.url("vertex"),
                "logging_endpoint": self.url("vertex"),
                "permissions_endpoint": self.url("vertex"),
                "quotas_endpoint": self.url("vertex"),
                "cloud_build_endpoint": self.url("vertex"),
            },
        }
        return {
            "RECSFLOW_HOME": str(self.home),
            "RECSFLOW_PORT_OFFSET": str(self.port_offset),
            "RECSFLOW_ARTIFACT_ROOT": self.artifact_root_uri,
            "RECSFLOW_POSTGRES": self.postgres,
            **{_port_variable(name): str(port) for name, port in self.own_ports.items()},
            "PYTHONPATH": str(REPOSITORY),
            "BIGQUERY_EMULATOR_HOST": self.url("bigquery"),
            "BIGQUERY_STORAGE_EMULATOR_HOST": f"{HOST}:{self.port('bigquery_storage')}",
            **self.storage_environment(),
            "MLFLOW_TRACKING_URI": self.url("mlflow"),
            "GX_ANALYTICS_ENABLED": "false",
            "AIRFLOW_CONN_RECSFLOW_GCP": json.dumps(connection),
            "AIRFLOW_VAR_RECSFLOW": json.dumps(self.recsflow_variable()),
            **self._airflow_environment(),
        }

    def storage_environment(self) -> dict[str, str]:
        """Returns what Google's clients, and TensorFlow's own, read about Cloud Storage."""
        own = ["127.0.0.1", "localhost", "::1"]
        others = [name.strip() for name in os.environ.get("no_proxy", "").split(",")]
        return {
            "STORAGE_EMULATOR_HOST": self.url("storage"),
            # Names are flat here; gcsfs would ask by gRPC, past the emulator.
            "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",
            # TensorFlow knows Google's names only: a proxy answers for them, with its own certificate.
            "https_proxy": self.url("storage_proxy"),
            "no_proxy": ",".join(dict.fromkeys([*own, *filter(None, others)])),
            "CURL_CA_BUNDLE": str(self.storage_root / "tls" / "ca-bundle.pem"),
            # No metadata server of Google's machines answers here; clients would look for it for seconds.
            "NO_GCE_CHECK": "true",
        }

    def _airflow_environment(self) -> dict[str, str]:
        home = self.home / "airflow"
        return {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url('airflow')}/execution/",
            "AIRFLOW__SCHEDULER__ALLOWED_RUN_ID_PATTERN": RUN_ID_PATTERN,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.database_url("airflow"),
            "AIRFLOW__API__HOST": HOST,
            "AIRFLOW__API__PORT": str(self.port("airflow")),
            "AIRFLOW__API__BASE_URL": self.url("airflow"),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
            # A busy machine is slow without a fault: Airflow gives up after 5, 30 and 50 s otherwise.
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "300",
            "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "600",
            "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "900",
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self.port("airflow_worker_log")),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.port("airflow_trigger_log")),
        }


def _port_variable(name: str) -> str:
    return f"RECSFLOW_PORT_{name.upper()}"


def _own_ports() -> dict[str, int]:
    ports = {}
    for name in DEFAULT_PORTS:
        variable = _port_variable(name)
        if text := os.environ.get(variable, ""):
            if not (text.isdecimal() and 0 < int(text) < 65536):
                raise LocalCloudError(f"environment: {variable} is {text!r}; use a port, 1 to 65535.")
            ports[name] = int(text)
    return ports
