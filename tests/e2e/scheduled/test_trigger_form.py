"""A user opens Airflow, fills in the form of quick_test, presses Trigger and finds the metrics."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from local_cloud.machine import Machine
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.browser

CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1600",
)
LINKS = {
    "stage_dataset": "Staged table",
    "check_data_quality": "Quality report",
    "submit_pipeline": "Pipeline job",
    "wait_for_pipeline": "Pipeline job",
    "cache_metrics": "MLflow run",
}
EXPECTED_ON_PAGE = {
    "Staged table": "household_id",
    "Quality report": "Every critical check is met",
    "Pipeline job": "Trainer",
    "MLflow run": "recall",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        reason = "chromium and chromedriver are not installed (apt-get install chromium chromium-driver)"
        if os.environ.get("RECSFLOW_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in CHROMIUM_FLAGS:
        options.add_argument(flag)
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield chrome
    chrome.quit()


class AirflowPages:
    """Airflow's pages as a user clicks through them, and its REST API with the same login."""

    def __init__(self, machine: Machine, browser: webdriver.Chrome) -> None:
        self.url = machine.settings.url("airflow")
        self.browser = browser
        logins = Path(machine.environment["AIRFLOW_HOME"]) / "simple_auth_manager_passwords.json.generated"
        self.user, self.password = next(iter(json.loads(logins.read_text()).items()))

    def element(self, selector: str, timeout_s: float = PATIENCE_S) -> Any:
        wait = WebDriverWait(self.browser, timeout_s)
        return wait.until(lambda chrome: chrome.find_element(By.CSS_SELECTOR, selector))

    def wait_for_text(self, text: str) -> None:
        WebDriverWait(self.browser, PATIENCE_S).until(lambda chrome: text in chrome.page_source)

    def log_in(self) -> None:
        self.browser.get(self.url)
        self.element("input[name=username]").send_keys(self.user)
        self.element("input[name=password]").send_keys(self.password)
        self.element("button[type=submit]").click()
        WebDriverWait(self.browser, PATIENCE_S).until(lambda chrome: "/auth/login" not in chrome.current_url)

    def open_trigger_form(self, dag_id: str) -> None:
        self.browser.get(f"{self.url}/dags/{dag_id}")
        self.element("[data-testid=trigger-dag-button]").click()
        self.element("[name=element_learning_rate]")

    def choose(self, parameter: str, value: str) -> None:
        hidden = self.element(f"[name=element_{parameter}]")
        box = hidden.find_element(By.XPATH, "..").find_element(By.CSS_SELECTOR, "input[type=text]")
        box.send_keys(value, Keys.ENTER)

    def fill_in(self, parameter: str, value: str) -> None:
        self.element(f"[name=element_{parameter}]").send_keys(value, Keys.TAB)

    def press_trigger(self) -> None:
        # The page has a button of the same name, before the form's.
        buttons = self.browser.find_elements(By.TAG_NAME, "button")
        [button for button in buttons if button.text.strip() == "Trigger"][-1].click()

    def api(self, path: str) -> Any:
        answer = requests.post(
            f"{self.url}/auth/token",
            json={"username": self.user, "password": self.password},
            timeout=PATIENCE_S,
        )
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        found = requests.get(f"{self.url}/api/v2/{path}", headers=headers, timeout=PATIENCE_S)
        found.raise_for_status()
        return found.json()


@pytest.fixture(scope="module")
def airflow(scheduled: Machine, browser: webdriver.Chrome) -> AirflowPages:
    pages = AirflowPages(scheduled, browser)
    pages.log_in()
    return pages


def runs(airflow: AirflowPages, dag_id: str) -> dict[str, dict[str, Any]]:
    return {run["dag_run_id"]: run for run in airflow.api(f"dags/{dag_id}/dagRuns?limit=100")["dag_runs"]}


def wait_for_another_run(airflow: AirflowPages, dag_id: str, known: Collection[str]) -> dict[str, Any]:
    """Returns a run that was not known as soon as it ends; its tasks have time limits of their own."""
    while True:
        for run_id, run in runs(airflow, dag_id).items():
            if run_id not in known and run["state"] in ("success", "failed"):
                return run
        time.sleep(2)


def test_a_run_triggered_from_the_form_ends_green_with_its_metrics_in_mlflow(
    airflow: AirflowPages, browser: webdriver.Chrome
) -> None:
    known = runs(airflow, "quick_test")
    airflow.open_trigger_form("quick_test")
    # The sample of the runs before it, whose rows are transformed already.
    airflow.choose("sample_percent", "25")
    airflow.fill_in("epochs", "1")
    airflow.fill_in("learning_rate", "0.02")
    airflow.press_trigger()
    WebDriverWait(browser, PATIENCE_S).until(lambda _chrome: set(runs(airflow, "quick_test")) - set(known))
    # The page would draw the run's progress all the while.
    browser.get("about:blank")

    run = wait_for_another_run(airflow, "quick_test", known)
    assert run["state"] == "success", airflow.api(
        f"dags/quick_test/dagRuns/{run['dag_run_id']}/taskInstances"
    )
    chosen = {name: run["conf"].get(name) for name in ("sample_percent", "epochs", "learning_rate")}
    assert chosen == {"sample_percent": 25, "epochs": 1, "learning_rate": 0.02}, run["conf"]

    for task, link in LINKS.items():
        links = airflow.api(f"dags/quick_test/dagRuns/{run['dag_run_id']}/taskInstances/{task}/links")
        browser.get(links["extra_links"][link])
        airflow.wait_for_text(EXPECTED_ON_PAGE[link])
