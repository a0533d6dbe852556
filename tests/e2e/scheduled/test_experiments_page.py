"""A person looks at the runs of this session on the Experiments page, inside the real Airflow."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from local_cloud.machine import Machine
from local_cloud.services import ServiceRunner, build_services
from local_cloud.settings import REPOSITORY
from scripts.airflow_api import AirflowApi
from scripts.airflow_pages import AirflowPages
from tests.e2e.dag_runs import Run
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.browser

AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = (1400, 900), (420, 900)
REFUSED = {"learning_rat": 0.02}
SENTENCE = "learning_rat is not a known key; did you mean 'learning_rate'?"


@pytest.fixture(scope="module")
def red(airflow: AirflowPages, scheduled: Machine) -> str:
    """The run id of an experiment that was refused."""
    api = AirflowApi(scheduled.settings)
    api.call("PATCH", "dags/quick_test", body={"is_paused": False})
    run = api.call("POST", "dags/quick_test/dagRuns", body={"logical_date": None, "conf": REFUSED})
    run_id: str = run["dag_run_id"]
    while api.call("GET", f"dags/quick_test/dagRuns/{run_id}")["state"] not in ("success", "failed"):
        time.sleep(1)
    return run_id


@pytest.fixture(scope="module", autouse=True)
def indexed(airflow: AirflowPages, first: Run, second: Run, red: str) -> None:
    """The index of cards, which is made in the background, has what these tests look at."""
    login = {"username": airflow.user, "password": airflow.password}
    token = requests.post(f"{airflow.url}/auth/token", json=login, timeout=PATIENCE_S).json()["access_token"]
    ended: set[str] = set()
    while not {experiment_id(first), experiment_id(second), red} <= ended:
        answer = requests.get(
            f"{airflow.url}/recsflow/api/experiments",
            params=[("state", "succeeded"), ("state", "failed"), ("limit", "200")],
            headers={"Authorization": f"Bearer {token}"},
            timeout=PATIENCE_S,
        )
        ended = {row[name] for row in answer.json()["experiments"] for name in ("experiment_id", "run_id")}
        time.sleep(1)


@pytest.fixture
def browser_of(browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The browser, as wide and as light as others want it again afterwards."""
    yield browser
    show_as(browser, (1400, 1600), dark=False)


def show_as(browser: webdriver.Chrome, size: tuple[int, int], *, dark: bool) -> None:
    # A headless window has a least width of its own; a phone's is narrower.
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_script("localStorage.setItem('theme', arguments[0])", "dark" if dark else "light")


def experiment_id(run: Run) -> str:
    return run.folder.name


def open_list(airflow: AirflowPages) -> None:
    airflow.browser.get(f"{airflow.url}/plugin/experiments")


def line_of(airflow: AirflowPages, run: Run) -> WebElement:
    return airflow.element(f"a[href$='/e/{experiment_id(run)}']").find_element(By.XPATH, "./ancestor::tr")


def click_link(airflow: AirflowPages, text: str) -> None:
    def found(chrome: webdriver.Chrome) -> Any:
        return next((link for link in chrome.find_elements(By.PARTIAL_LINK_TEXT, text)), None)

    WebDriverWait(airflow.browser, PATIENCE_S).until(found).click()


def lift_of(run: Run) -> str:
    """How many times the best baseline's headline metric a run has, as its own metrics file says."""
    metrics = run.json("training_metrics.json")
    compared = metrics["comparison"][metrics["headline"]["metric"]]
    return f"{compared['value'] / compared['baseline_value']:.2f}\N{MULTIPLICATION SIGN}"


@contextmanager
def hanging_mlflow(machine: Machine) -> Iterator[None]:
    """MLflow takes connections and answers none of them, which is worse than one that is gone."""
    processes = (
        ServiceRunner(machine.settings).process(build_services(machine.settings)["mlflow"]).processes()
    )
    assert processes
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def test_the_list_says_of_each_run_how_it_stands_beside_the_best_baseline(
    airflow: AirflowPages, first: Run, second: Run
) -> None:
    open_list(airflow)
    for run in (first, second):
        line = line_of(airflow, run).text
        assert "healthy" in line
        assert run.json("training_metrics.json")["headline"]["metric"] in line
        assert lift_of(run) in line
    assert "114,660 rows" in airflow.element(".ex-table").text


def test_two_clicks_lead_to_why_a_run_is_red(airflow: AirflowPages, red: str) -> None:
    airflow.browser.get(f"{airflow.url}/")
    click_link(airflow, "Experiments")
    airflow.element(f"a[title$='{red}']").click()
    assert SENTENCE in airflow.element("article .ex-notice.ex-bad").text


def test_airflow_has_every_colour_that_the_page_takes_from_its_theme(airflow: AirflowPages) -> None:
    open_list(airflow)
    airflow.element(".ex-page")
    missing = airflow.browser.execute_script(
        "const text = [...document.adoptedStyleSheets].flatMap((sheet) => [...sheet.cssRules])"
        ".map((rule) => rule.cssText).join(' ');"
        "const theme = getComputedStyle(document.documentElement);"
        "return [...new Set(text.match(/--chakra-[a-z-]+/g))].filter((name) => !theme.getPropertyValue(name))"
    )
    assert missing == []


def test_a_run_has_its_experiment_in_a_tab_of_its_own(airflow: AirflowPages, red: str) -> None:
    airflow.browser.get(f"{airflow.url}/dags/quick_test/runs/{red}/plugin/recsflow-experiment")
    assert SENTENCE in airflow.element("article .ex-notice.ex-bad").text


def test_runs_on_the_same_test_rows_are_compared_by_what_differs(
    airflow: AirflowPages, first: Run, second: Run
) -> None:
    open_list(airflow)
    for run in (first, second):
        line_of(airflow, run).find_element(By.CSS_SELECTOR, "input[type=checkbox]").click()
    click_link(airflow, "Compare 2")
    assert "Comparable" in airflow.element("article .ex-notice").text
    assert "0.02" in airflow.element(".ex-differs").text
    assert airflow.element(".ex-best-value")


def test_one_experiment_shows_its_curves_and_the_graph_of_its_pipeline(
    airflow: AirflowPages, first: Run
) -> None:
    airflow.browser.get(f"{airflow.url}/plugin/experiments/e/{experiment_id(first)}")
    assert airflow.element(".ex-chart canvas")
    nodes = {
        node.text.split("\n")[0].strip()
        for node in airflow.browser.find_elements(By.CSS_SELECTOR, ".ex-node")
    }
    assert {"Transform", "Trainer"} <= nodes
    assert lift_of(first) in airflow.element(".ex-judged").text


@pytest.mark.parametrize(("size", "dark"), [(WIDE, False), (NARROW, True)], ids=["wide", "narrow and dark"])
def test_no_view_has_a_fault_of_accessibility_or_is_wider_than_the_window(
    airflow: AirflowPages,
    browser_of: webdriver.Chrome,
    first: Run,
    second: Run,
    size: tuple[int, int],
    dark: bool,
) -> None:
    if not AXE.exists():
        reason = "axe-core is not installed (make web)"
        if os.environ.get("RECSFLOW_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    show_as(browser_of, size, dark=dark)
    browser_of.set_script_timeout(PATIENCE_S)
    ids = "&".join(f"id={experiment_id(run)}" for run in (first, second))
    one = f"e/{experiment_id(first)}"
    views = {
        "": ".ex-row",
        one: ".ex-chart canvas",
        f"{one}?tab=towers": ".ex-ridges",
        f"{one}?tab=parameters": ".ex-parameters",
        f"compare?{ids}": ".ex-comparison",
    }
    for view, shown in views.items():
        browser_of.get(f"{airflow.url}/plugin/experiments/{view}")
        airflow.element(shown)
        browser_of.execute_script(AXE.read_text())
        found = browser_of.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run('.ex-page').then((found) => done(found.violations))"
        )
        assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == [], view
        assert browser_of.execute_script("return document.documentElement.scrollWidth - innerWidth") <= 0, (
            view
        )
        assert browser_of.execute_script("return document.documentElement.classList.contains('dark')") == dark


def test_the_page_does_without_mlflow(airflow: AirflowPages, scheduled: Machine, first: Run) -> None:
    with hanging_mlflow(scheduled):
        open_list(airflow)
        assert lift_of(first) in line_of(airflow, first).text
        airflow.element(f"a[href$='/e/{experiment_id(first)}']").click()
        assert lift_of(first) in airflow.element(".ex-judged").text
