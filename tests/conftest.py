"""Fixtures for every layer; each environment's tests load this file, so it imports what all of them have."""

import os
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from include import identity
from include.process_activity import Activity, ProcessStalled, wait_until

REPOSITORY = Path(__file__).parent.parent

# A warning fails a test, but for these; the trainer's tests have a list of their own.
WARNINGS = (
    "error",
    # Airflow 3.3 with pathspec 1, where it reads .airflowignore.
    "ignore:GitWildMatchPattern:DeprecationWarning",
    # Great Expectations 1, when it is imported.
    "ignore:module 'sre_.*' is deprecated:DeprecationWarning",
    # MLflow 3 with SQLAlchemy 2.1, where it maps its tables.
    "ignore:The ``noload`` loader strategy is deprecated:DeprecationWarning",
    # Servers outlive those who start them.
    "ignore:subprocess .* is still running:ResourceWarning",
)
# What is left open is told whenever Python collects; beside clients of servers, that is anybody's test.
WITH_SERVERS = (*WARNINGS, "ignore::ResourceWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Takes warnings for errors; a mark of a test of its own stands above."""
    for item in items:
        layers = {mark.name for mark in item.iter_markers()}
        if "tensorflow" not in layers:
            filters = WITH_SERVERS if layers & {"e2e", "browser", "emulator"} else WARNINGS
            item.add_marker(pytest.mark.filterwarnings(*filters), append=False)


@pytest.fixture(autouse=True)
def nobodys_account() -> Iterator[None]:
    """The domain without an account, as it is where Airflow's side was never imported."""
    identity.act_as(None)
    yield
    identity.act_as(None)


@dataclass(frozen=True)
class BigQueryEmulator:
    """Addresses of a BigQuery emulator that lives as long as the tests, and the port of its Cloud Storage."""

    rest: str
    grpc: str
    storage_port: int
    project: str = "local"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_until_healthy(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=10):
                return True
        except OSError:
            return False

    try:
        wait_until(answers, Activity(server.pid, logs=[log]), what=f"{url} does not answer")
    except ProcessStalled as stalled:
        raise RuntimeError(f"{stalled}\n{log.read_text()[-2000:]}") from None


@pytest.fixture(scope="session")
def tfx_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A local cloud for all tests that run components: its host imports TFX for half a minute."""
    from tests.local_cloud.conftest import Cloud

    cloud = Cloud(tmp_path_factory.mktemp("tfx_cloud"))
    started = cloud("start", "bigquery", "vertex")
    assert started.returncode == 0, started.stderr
    yield cloud
    cloud("stop")


@pytest.fixture(scope="session")
def bigquery_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BigQueryEmulator]:
    """An empty BigQuery emulator, which Google's clients find through the environment."""
    python = REPOSITORY / "local_cloud" / ".venv" / "bin" / "python"
    rest_port, grpc_port, storage_port = _free_port(), _free_port(), _free_port()
    log = tmp_path_factory.mktemp("bigquery") / "emulator.log"
    command = [str(python), "-m", "local_cloud.bigquery_server", "start"]
    ports = ["--rest-port", str(rest_port), "--grpc-port", str(grpc_port)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, *ports],
            stdout=output,
            stderr=output,
            cwd=REPOSITORY,
            env={**os.environ, "STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{storage_port}"},
        )
    emulator = BigQueryEmulator(f"http://127.0.0.1:{rest_port}", f"127.0.0.1:{grpc_port}", storage_port)
    variables = {
        "BIGQUERY_EMULATOR_HOST": emulator.rest,
        "BIGQUERY_STORAGE_EMULATOR_HOST": emulator.grpc,
    }
    try:
        _wait_until_healthy(server, f"{emulator.rest}/healthz", log)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setitem(os.environ, name, value)
            yield emulator
    finally:
        server.terminate()
        server.wait()
