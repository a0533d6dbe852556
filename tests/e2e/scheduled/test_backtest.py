"""A backtest by a real scheduler: it trains its dates, and nothing else is started or promoted."""

from __future__ import annotations

import json
import sys

import pytest

from include.tracking.champions import find_champion
from local_cloud.machine import Machine
from scripts.airflow_api import AirflowApi
from tests.e2e.dag_runs import PARAMETERS, Run

pytestmark = pytest.mark.e2e

DAG = "retraining_weekly"
# A Monday; its rows end where those of `first` do, so they are transformed already.
DATE = "2018-01-01"


def test_a_backtest_trains_its_date_and_nothing_else(
    machine: Machine, first: Run, scheduled: Machine
) -> None:
    airflow = AirflowApi(machine.settings)
    tracking_uri = machine.environment["MLFLOW_TRACKING_URI"]
    before = find_champion(DAG, tracking_uri=tracking_uri)
    said = machine.run(
        *(sys.executable, "-m", "scripts.backtest", "weekly", DATE, DATE),
        *("--conf", json.dumps(PARAMETERS)),
    )
    assert f"{DATE}  success" in said, said
    (row,) = (line.split() for line in said.splitlines() if line.startswith(f"{DATE}     "))
    model, repeat_purchases = float(row[1]), float(row[4])
    # Of a quarter of the rows, beside what customers had bought outside of it.
    assert 0.31 < model < 0.34
    assert 0.3 < repeat_purchases < model
    assert "healthy" in row

    runs = airflow.call("GET", f"dags/{DAG}/dagRuns", query={"limit": 100})["dag_runs"]
    # Airflow starts the newest due run of a DAG that is switched on, unless it is held back.
    assert [run["logical_date"][:10] for run in runs if run["run_type"] != "manual"] == [DATE]
    assert not any(run["dag_run_id"].startswith("held_back") for run in runs)
    assert airflow.call("GET", f"dags/{DAG}")["is_paused"]
    assert find_champion(DAG, tracking_uri=tracking_uri) == before
