"""One machine for all tests of a session: servers, sample data and Airflow's database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.machine import Machine, temporary_machine
from tests.e2e.dag_runs import PARAMETERS, Run, run


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with temporary_machine(
        "bigquery", "vertex", "mlflow", home=tmp_path_factory.mktemp("machine")
    ) as machine:
        machine.run(str(Path(sys.executable).with_name("airflow")), "db", "migrate")
        yield machine


@pytest.fixture(scope="session")
def first(machine: Machine) -> Run:
    """One experiment, trained once for every test that starts from one."""
    return run(machine, "quick_test", **PARAMETERS)
