"""Airflow's own processes as the containers start them, once for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from selenium import webdriver

from local_cloud.machine import Machine
from scripts.airflow_pages import AirflowPages
from scripts.browser import BrowserNotInstalled, headless_chromium
from tests.containers.postgres import programs
from tests.containers.processes import on_postgres
from tests.patience import PATIENCE_S

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


@pytest.fixture(scope="package")
def browser() -> Iterator[webdriver.Chrome]:
    try:
        chrome = headless_chromium(1400, 1600)
    except BrowserNotInstalled as error:
        if os.environ.get("RECSFLOW_REQUIRE_BROWSER"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    yield chrome
    chrome.quit()


@pytest.fixture(scope="package")
def airflow(scheduled: Machine, browser: webdriver.Chrome) -> AirflowPages:
    pages = AirflowPages(scheduled.settings, browser, PATIENCE_S)
    pages.log_in()
    return pages
