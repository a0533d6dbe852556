"""The servers of docker-compose.yaml as processes: its commands, environments, order and health checks."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from include.process_activity import Activity, wait_until
from local_cloud.settings import REPOSITORY, LocalSettings
from tests.containers.postgres import postgres

CONTAINERS = REPOSITORY / "containers"
COMPOSE = REPOSITORY / "docker-compose.yaml"
INTERPOLATED = re.compile(r"\$\{(\w+):-([^}]*)\}")


def services(variables: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
    """Returns the services of the file, as Docker reads them with these variables in `.env`."""
    chosen = variables or {}
    text = INTERPOLATED.sub(lambda found: chosen.get(found[1], found[2]), COMPOSE.read_text())
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return found


class Processes:
    """Starts services and ends them.

    Args:
        places: what a path or host of the containers is on this machine, such as `/state`.
        variables: as in `.env`.
        environment: of every process, beside what the service says.
    """

    def __init__(
        self, places: Mapping[str, str], variables: Mapping[str, str], environment: Mapping[str, str]
    ) -> None:
        self._places = places
        self._services = services(variables)
        # The image has its own first on PATH.
        path = f"{REPOSITORY / '.venv' / 'bin'}:{os.environ['PATH']}"
        self._environment = {**os.environ, **environment, "PATH": path}
        self._running: dict[str, tuple[subprocess.Popen[bytes], Path]] = {}

    def run(self, name: str) -> None:
        """Runs a service that ends, such as the migration."""
        done = subprocess.run(
            self._command(self._services[name]["command"]),
            env=self._environment_of(name),
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{name}: {done.stdout[-4000:]}{done.stderr[-4000:]}"

    def start(self, name: str, log: Path) -> None:
        """Starts a service; waits for nothing."""
        with log.open("wb") as output:
            process = subprocess.Popen(
                self._command(self._services[name]["command"]),
                env=self._environment_of(name),
                cwd=REPOSITORY,
                stdout=output,
                stderr=output,
            )
        self._running[name] = process, log

    def wait(self, name: str) -> None:
        """Waits until a service's health check is met."""
        process, log = self._running[name]
        check = self._services[name]["healthcheck"]["test"]
        assert check[0] == "CMD"
        command, environment = self._command(check[1:]), self._environment_of(name)

        def healthy() -> bool:
            assert process.poll() is None, f"{name} ended: {log.read_text()[-4000:]}"
            asked = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, check=False)
            return asked.returncode == 0

        wait_until(healthy, Activity(process.pid, logs=[log]), what=f"{name} is not healthy")

    def stop(self) -> None:
        """Ends all, the last one first."""
        for process, _log in reversed(self._running.values()):
            process.terminate()
        for process, _log in self._running.values():
            process.wait()

    def _command(self, words: list[Any]) -> list[str]:
        return [self._here(str(word)) for word in words]

    def _environment_of(self, name: str) -> dict[str, str]:
        own = self._services[name].get("environment", {})
        return self._environment | {key: self._here(str(value)) for key, value in own.items()}

    def _here(self, text: str) -> str:
        for place, here in self._places.items():
            text = text.replace(place, here)
        return text


@contextmanager
def on_postgres(settings: LocalSettings, folder: Path) -> Iterator[Processes]:
    """Gives the services with secrets and a PostgreSQL of their own; ends what was started.

    Args:
        settings: folder of all state, and ports.
        folder: for the secrets.
    """
    clients, server = folder / "secrets", folder / "postgres-secret"
    clients.mkdir()
    server.mkdir()
    subprocess.run([CONTAINERS / "make_secrets.sh", clients, server], check=True)
    ports = {
        f"RECSFLOW_PORT_{name.upper()}": str(settings.port(name)) for name in ("airflow", "mlflow", "vertex")
    }
    offset = {"RECSFLOW_PORT_OFFSET": str(settings.port_offset)}
    with postgres((server / "password").read_text(), CONTAINERS / "create_databases.sql") as address:
        places = {"/state": str(settings.home), "/secrets": str(clients), "postgres:5432": address}
        processes = Processes(places, ports, offset)
        try:
            yield processes
        finally:
            processes.stop()
