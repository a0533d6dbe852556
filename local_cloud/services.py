"""The servers of the local cloud: how each is started and how one sees that it works."""

import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from include.process_activity import Activity, ProcessStalled, wait_until
from local_cloud.component_environment import component_environment
from local_cloud.errors import ServiceError
from local_cloud.locks import locked
from local_cloud.process import BackgroundProcess
from local_cloud.settings import HOST, PROJECT, REPOSITORY, LocalSettings
from local_cloud.vertex.limits import Limits

# A machine that swaps answers late.
HEALTH_TIMEOUT_S = 10.0
PASSWORDS = "simple_auth_manager_passwords.json.generated"


def keep_private(secrets: Path) -> None:
    """Makes a file for secrets that only this user may read, in a folder that only this user may enter."""
    secrets.parent.mkdir(parents=True, exist_ok=True)
    secrets.parent.chmod(0o700)
    secrets.touch(mode=0o600)
    secrets.chmod(0o600)


def _always_healthy(_body: bytes) -> bool:
    return True


def _airflow_healthy(body: bytes) -> bool:
    return all(part.get("status") in ("healthy", None) for part in json.loads(body).values())


@dataclass(frozen=True)
class Service:
    """A server and the recipe to run it.

    Attributes:
        name: name on the command line.
        argv: command.
        environment: variables on top of the caller's.
        ports: loopback ports that it listens on.
        health_url: answers 200 when the server works.
        address: what a person opens.
        prepare: runs before the first start.
        healthy: judges the body of the health answer.
    """

    name: str
    argv: tuple[str, ...]
    environment: dict[str, str]
    ports: tuple[int, ...]
    health_url: str
    address: str
    prepare: Callable[[], None] | None = None
    healthy: Callable[[bytes], bool] = _always_healthy


def build_services(settings: LocalSettings) -> dict[str, Service]:
    """Returns all servers by name, in the order in which they start."""
    builders = (_storage, _bigquery, _vertex, _mlflow, _airflow)
    return {service.name: service for service in (build(settings) for build in builders)}


def _storage(settings: LocalSettings) -> Service:
    python = REPOSITORY / "local_cloud" / ".venv" / "bin" / "python"
    ports = settings.port("storage"), settings.port("storage_proxy")
    return Service(
        name="storage",
        argv=(
            *(str(python), "-m", "local_cloud.storage", "--folder", str(settings.storage_root)),
            *("--port", str(ports[0]), "--proxy-port", str(ports[1])),
        ),
        environment={},
        ports=ports,
        health_url=f"{settings.url('storage')}/healthz",
        address=settings.url("storage"),
    )


def _bigquery(settings: LocalSettings) -> Service:
    rest, grpc = settings.port("bigquery"), settings.port("bigquery_storage")
    python = REPOSITORY / "local_cloud" / ".venv" / "bin" / "python"
    return Service(
        name="bigquery",
        argv=(
            *(str(python), "-m", "local_cloud.bigquery_server", "start", "--persistent"),
            *("--data-dir", str(settings.home / "bigquery"), "--project", PROJECT),
            *("--rest-host", HOST, "--rest-port", str(rest), "--grpc-host", HOST, "--grpc-port", str(grpc)),
            *("--log-level", "warning", "--log-format", "console"),
        ),
        # The avro extension of DuckDB would be fetched from the internet, and nothing here uses it.
        environment={
            "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false",
            "BQEMU_UPLOAD_STAGING_DIR": str(settings.home / "bigquery" / "uploads"),
            # Where EXPORT DATA writes.
            "STORAGE_EMULATOR_HOST": settings.url("storage"),
        },
        ports=(rest, grpc),
        health_url=f"{settings.url('bigquery')}/readyz",
        address=settings.url("bigquery"),
    )


def _vertex(settings: LocalSettings) -> Service:
    python = REPOSITORY / "local_cloud" / ".venv" / "bin" / "python"
    return Service(
        name="vertex",
        argv=(
            str(python),
            "-m",
            "local_cloud.vertex",
            "--host",
            HOST,
            "--port",
            str(settings.port("vertex")),
        ),
        environment={
            **{
                key: value
                for key, value in settings.environment().items()
                if not key.startswith("AIRFLOW") and key != "PYTHONPATH"
            },
            **component_environment(settings),
        },
        ports=(settings.port("vertex"),),
        health_url=f"{settings.url('vertex')}/healthz",
        address=f"{settings.url('vertex')}/console/jobs",
        prepare=_check_limits,
    )


def _check_limits() -> None:
    Limits.from_environment()


def _mlflow(settings: LocalSettings) -> Service:
    python, mlflow = (str(REPOSITORY / ".venv" / "bin" / name) for name in ("python", "mlflow"))
    database = settings.home / "mlflow.db"

    def create_database() -> None:
        # Several processes that create the file together all fail; one does it, first.
        if not settings.postgres and not database.exists():
            # Under another name until it is complete: a start may be interrupted.
            unfinished = database.with_name(f"{database.name}.unfinished")
            unfinished.unlink(missing_ok=True)
            subprocess.run(
                [mlflow, "db", "upgrade", f"sqlite:///{unfinished}"], check=True, capture_output=True
            )
            unfinished.replace(database)

    return Service(
        name="mlflow",
        argv=(
            *(python, "-m", "local_cloud.mlflow_server", "server"),
            *("--host", HOST, "--port", str(settings.port("mlflow")), "--workers", "1"),
            *("--backend-store-uri", settings.database_url("mlflow")),
            *("--artifacts-destination", (settings.home / "mlflow-artifacts").as_uri()),
        ),
        environment={"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        ports=(settings.port("mlflow"),),
        health_url=f"{settings.url('mlflow')}/health",
        # Its own first page is on LLMs, and remembers nothing else before it was told so once.
        address=f"{settings.url('mlflow')}/#/experiments?workflowType=machine_learning",
        prepare=create_database,
    )


def _airflow(settings: LocalSettings) -> Service:
    python = REPOSITORY / ".venv" / "bin" / "python"
    return Service(
        name="airflow",
        argv=(str(python), "-m", "local_cloud.airflow_server"),
        environment={**settings.environment(), "PATH": f"{python.parent}:{os.environ.get('PATH', '')}"},
        ports=(settings.port("airflow"),),
        health_url=f"{settings.url('airflow')}/api/v2/monitor/health",
        address=settings.url("airflow"),
        prepare=lambda: keep_private(settings.home / "airflow" / PASSWORDS),
        healthy=_airflow_healthy,
    )


class ServiceRunner:
    """Starts, stops and looks at servers."""

    def __init__(self, settings: LocalSettings) -> None:
        self._settings = settings

    def process(self, service: Service) -> BackgroundProcess:
        """Returns the handle of a server's process."""
        home = self._settings.home
        return BackgroundProcess(home / "run" / f"{service.name}.pid", home / "logs" / f"{service.name}.log")

    def launch(self, service: Service, say: Callable[[str], None] = print) -> bool:
        """Starts a server unless it runs already; returns whether it was started. Does not wait for it."""
        with self._lock():
            process = self.process(service)
            if process.pid() is not None:
                self._refuse_other_ports(service, process)
                return False
            if left := process.stop():
                say(f"{service.name}: the server had ended, {left} of its processes had not; stopped them.")
            for port in service.ports:
                if _is_listening(port):
                    raise ServiceError(
                        f"{service.name}: port {port} on {HOST} is taken by a process that this command did "
                        f"not start; stop that process or set RECSFLOW_PORT_OFFSET. Log: {process.log_file}."
                    )
            if not Path(service.argv[0]).exists():
                raise ServiceError(
                    f"{service.name}: {service.argv[0]} does not exist; run `make setup` first."
                )
            if service.prepare is not None:
                service.prepare()
            # Airflow prints the password that it makes.
            keep_private(process.log_file)
            environment = {**os.environ, **service.environment}
            process.start(service.argv, environment, REPOSITORY, ports=service.ports)
            return True

    def _refuse_other_ports(self, service: Service, process: BackgroundProcess) -> None:
        ports = process.ports()
        if ports and ports != service.ports:
            moved = ports[0] - service.ports[0] + self._settings.port_offset
            raise ServiceError(
                f"{service.name}: it runs already for {self._settings.home}, on port {ports[0]} and not on "
                f"{service.ports[0]}; set RECSFLOW_PORT_OFFSET={moved} as when it was started, or stop it "
                "with `make down`."
            )

    def wait(self, service: Service, say: Callable[[str], None] = print) -> None:
        """Waits until a server answers, for as long as it gets on; `say` is told when that takes long.

        Raises:
            ServiceError: It ended, or hangs.
        """
        process = self.process(service)
        try:
            wait_until(
                lambda: process.pid() is not None and self.is_healthy(service),
                Activity(process.pid() or 0, logs=[process.log_file]),
                what=f"{service.name}: port {service.ports[0]} does not answer",
                say=say,
            )
        except ProcessStalled as error:
            raise ServiceError(
                f"{error} Its log {process.log_file} ends with:\n{process.log_tail()}"
            ) from None

    def is_healthy(self, service: Service) -> bool:
        """Asks the server itself."""
        try:
            with urllib.request.urlopen(service.health_url, timeout=HEALTH_TIMEOUT_S) as answer:  # noqa: S310
                return service.healthy(answer.read())
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def stop(self, service: Service) -> int:
        """Ends a server that this command line started; returns how many processes it had."""
        with self._lock():
            return self.process(service).stop()

    def _lock(self) -> AbstractContextManager[None]:
        return locked(self._settings.home / "run" / "lock")


def _is_listening(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
