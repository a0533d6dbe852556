"""One machine for all tests of a session, and the runs that they share."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_cloud.machine import Machine, temporary_machine
from tests.e2e.dag_runs import PARAMETERS, Plan, Run, files, run, run_cold, without_place
from tests.e2e.warm_airflow import preload

ANOTHER_RATE = {**PARAMETERS, "learning_rate": 0.02}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the clean-up last, which removes what all other tests made."""
    last = Path(__file__).with_name("test_clean_up.py")
    items.sort(key=lambda item: item.path == last)


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with temporary_machine(
        "bigquery", "vertex", "mlflow", home=tmp_path_factory.mktemp("machine")
    ) as machine:
        machine.run(str(Path(sys.executable).with_name("airflow")), "db", "migrate")
        storage = machine.settings.storage_environment()
        with pytest.MonkeyPatch.context() as patch:
            # Tests read what runs left by the clients that the product has, as the connection's account.
            for name, value in machine.settings.environment().items():
                if name in storage or name.startswith(("AIRFLOW_CONN_", "AIRFLOW_VAR_")):
                    patch.setitem(os.environ, name, value)
            yield machine
            assert without_place(machine) == set(), "left where neither the layout nor a clean-up knows of it"


@pytest.fixture(scope="session")
def first(machine: Machine) -> Run:
    """One experiment, trained once for every test that starts from one."""
    preload(machine.environment)
    return run_cold(machine, "quick_test", **PARAMETERS)


@pytest.fixture(scope="session")
def planned(machine: Machine, first: Run) -> Plan:
    """The plan of `second`, made before it ran."""
    before = files(machine)
    output = machine.run(
        *(sys.executable, "-m", "scripts.plan", "quick_test", "--conf", json.dumps(ANOTHER_RATE))
    )
    return Plan(output, wrote=files(machine) ^ before)


@pytest.fixture(scope="session")
def second(machine: Machine, planned: Plan) -> Run:
    """The experiment of `first` with another learning rate."""
    return run(machine, "quick_test", **ANOTHER_RATE)
