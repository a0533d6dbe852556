"""Airflow's own processes as the containers start them, once for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from local_cloud.machine import Machine
from tests.containers.postgres import programs
from tests.containers.processes import on_postgres

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
    with on_postgres(machine.settings, folder) as processes:
        processes.run("migrate")
        for name in AIRFLOW:
            processes.start(name, folder / f"{name}.log")
        for name in AIRFLOW:
            processes.wait(name)
        yield machine
