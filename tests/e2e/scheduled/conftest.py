"""Airflow's servers and scheduler, started once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_cloud.machine import Machine


@pytest.fixture(scope="package")
def scheduled(machine: Machine) -> Iterator[Machine]:
    """The machine with Airflow's own processes, which do not outlive this folder's tests."""
    machine.control("start", "airflow")
    yield machine
    machine.control("stop", "airflow")
