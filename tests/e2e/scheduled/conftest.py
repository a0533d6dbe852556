"""Airflow's own processes as the containers start them, once for all tests of this folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.machine import Machine
from local_cloud.settings import REPOSITORY
from tests.containers.postgres import postgres, programs
from tests.containers.processes import Processes

AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer")


@pytest.fixture(scope="package")
def scheduled(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The machine with the containers' Airflow as processes, which keeps its records in PostgreSQL."""
    if programs() is None:
        reason = "PostgreSQL is not installed (apt-get install postgresql)"
        if os.environ.get("RECSFLOW_REQUIRE_POSTGRES"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("containers")
    clients, server = folder / "secrets", folder / "postgres-secret"
    clients.mkdir()
    server.mkdir()
    subprocess.run([REPOSITORY / "containers" / "make_secrets.sh", clients, server], check=True)
    password = (server / "password").read_text()
    with postgres(password, REPOSITORY / "containers" / "create_databases.sql") as address:
        yield from _airflow(machine, clients, address, folder)


def _airflow(machine: Machine, secrets: Path, address: str, logs: Path) -> Iterator[Machine]:
    settings = machine.settings
    places = {"/state": str(settings.home), "/secrets": str(secrets), "postgres:5432": address}
    ports = {
        f"RECSFLOW_PORT_{name.upper()}": str(settings.port(name)) for name in ("airflow", "mlflow", "vertex")
    }
    processes = Processes(places, ports, {"RECSFLOW_PORT_OFFSET": str(settings.port_offset)})
    try:
        processes.run("migrate")
        for name in AIRFLOW:
            processes.start(name, logs / f"{name}.log")
        for name in AIRFLOW:
            processes.wait(name)
        yield machine
    finally:
        processes.stop()
