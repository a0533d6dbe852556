"""Every server of docker-compose.yaml as a process on PostgreSQL, and a run through all of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.settings import LocalSettings
from scripts.airflow_api import AirflowApi
from tests.containers.postgres import programs
from tests.containers.processes import Processes, on_postgres, services
from tests.local_cloud.conftest import free_port_offset

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.soak,
    pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed (apt-get install postgresql)"),
]

# In place of these are Debian's PostgreSQL, and this machine's own loopback address.
ELSEWHERE = {"secrets", "postgres", "gateway"}


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSettings]:
    """The settings of the chain, all of whose servers are healthy."""
    folder = tmp_path_factory.mktemp("chain")
    settings = LocalSettings(folder / "state", port_offset=free_port_offset())
    settings.home.mkdir()
    with on_postgres(settings, folder) as processes:
        _start(processes, folder)
        yield settings


def _start(processes: Processes, logs: Path) -> None:
    """Starts all in the order that the file's conditions leave."""
    found = {name: each for name, each in services().items() if name not in ELSEWHERE}
    met = set(ELSEWHERE)
    while found:
        ready = [name for name, each in found.items() if set(each.get("depends_on", {})) <= met]
        assert ready, f"these wait for each other: {sorted(found)}"
        for name in ready:
            if found.pop(name)["restart"] == "on-failure":
                processes.run(name)
            else:
                processes.start(name, logs / f"{name}.log")
                processes.wait(name)
            met.add(name)


def test_a_run_is_green(chain: LocalSettings) -> None:
    airflow = AirflowApi(chain)
    conf = {"sample_percent": 5, "epochs": 1}
    run = airflow.call("POST", "dags/quick_test/dagRuns", body={"logical_date": None, "conf": conf})
    path = f"dags/quick_test/dagRuns/{run['dag_run_id']}"
    while (state := airflow.call("GET", path)["state"]) not in ("success", "failed"):
        time.sleep(5)
    assert state == "success", airflow.call("GET", f"{path}/taskInstances")
    assert not list(chain.home.rglob("*.db")), "SQLite was used beside PostgreSQL"
    assert os.stat(chain.home / "airflow").st_mode & 0o077 == 0
