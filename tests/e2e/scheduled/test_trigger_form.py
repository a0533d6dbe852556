"""A user opens Airflow, fills in the form of quick_test, presses Trigger and finds the metrics."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from typing import Any

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from scripts.airflow_pages import AirflowPages
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.browser

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


def authorization(airflow: AirflowPages) -> dict[str, str]:
    answer = requests.post(
        f"{airflow.url}/auth/token",
        json={"username": airflow.user, "password": airflow.password},
        timeout=PATIENCE_S,
    )
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def api(airflow: AirflowPages, path: str) -> Any:
    headers = authorization(airflow)
    found = requests.get(f"{airflow.url}/api/v2/{path}", headers=headers, timeout=PATIENCE_S)
    found.raise_for_status()
    return found.json()


def runs(airflow: AirflowPages, dag_id: str) -> dict[str, dict[str, Any]]:
    return {run["dag_run_id"]: run for run in api(airflow, f"dags/{dag_id}/dagRuns?limit=100")["dag_runs"]}


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
    airflow.wait_for_text("history (learning rate 0.2): As shallow")
    # The sample of the runs before it, whose rows are transformed already.
    airflow.choose("sample_percent", "25")
    airflow.fill_in("epochs", "1")
    airflow.fill_in("learning_rate", "0.02")
    airflow.press_trigger()
    WebDriverWait(browser, PATIENCE_S).until(lambda _chrome: set(runs(airflow, "quick_test")) - set(known))
    # The page would draw the run's progress all the while.
    browser.get("about:blank")

    run = wait_for_another_run(airflow, "quick_test", known)
    assert run["state"] == "success", api(
        airflow, f"dags/quick_test/dagRuns/{run['dag_run_id']}/taskInstances"
    )
    chosen = {name: run["conf"].get(name) for name in ("sample_percent", "epochs", "learning_rate")}
    assert chosen == {"sample_percent": 25, "epochs": 1, "learning_rate": 0.02}, run["conf"]

    # The number of each run is its own, and its title leads the note.
    assert re.match(r"quick_test #\d+ · history · assortment", run["note"]), run["note"]
    for task, link in LINKS.items():
        links = api(airflow, f"dags/quick_test/dagRuns/{run['dag_run_id']}/taskInstances/{task}/links")
        browser.get(links["extra_links"][link])
        airflow.wait_for_text(EXPECTED_ON_PAGE[link])


def test_a_wrong_value_is_refused_in_a_sentence_before_there_is_a_run(airflow: AirflowPages) -> None:
    answer = requests.post(
        f"{airflow.url}/api/v2/dags/quick_test/dagRuns",
        json={"logical_date": None, "conf": {"epochs": 0}},
        headers=authorization(airflow),
        timeout=PATIENCE_S,
    )
    assert answer.status_code == 400
    assert answer.json()["detail"] == "run parameters: epochs is 0; use at least 1 and at most 1000."
