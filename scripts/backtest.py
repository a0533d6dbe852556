"""Backfills a schedule over past dates, and shows how each would have done.

Usage: backtest.py SCHEDULE FIRST LAST [--conf JSON] [--at-once N]

One DAG run for each date of the schedule's cron expression from FIRST to LAST, both included. A date that has
a run already is not run again, unless that run failed. Ctrl-C cancels what has not begun.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.backtest.report import render_html, render_text, title_of
from include.backtest.run import BacktestRun, find_backtest_runs
from include.configs import list_configs
from include.errors import ConfigError, Problem
from include.experiment.config.loader import load_model
from include.experiment.config.schedule_config import ScheduleConfig
from include.experiment.config.schedule_loader import load_schedule
from include.experiment.config.schedule_names import retraining_dag_id
from local_cloud.settings import LocalSettings
from scripts.airflow_api import AirflowApi, AirflowRefused
from scripts.due_run import newest_due_run_held_back

KNOWN_TIMEOUT_S = 180
LOCKED, LOCKED_TIMEOUT_S = 503, 60
POLL_S = 5
WAITING = ("running", "deferred", "up_for_retry")


class Backtest:
    """One backfill of a schedule's DAG.

    Args:
        schedule: The schedule.
        api: Airflow.
    """

    def __init__(self, schedule: ScheduleConfig, api: AirflowApi) -> None:
        self.dag_id = retraining_dag_id(schedule.name)
        self._name, self._cron = schedule.name, schedule.schedule
        self._api = api
        self._said: dict[str, str] = {}

    def run(self, first: date, last: date, conf: dict[str, Any], at_once: int) -> list[dict[str, Any]]:
        """Run it to its end and return its DAG runs; the DAG is paused again if it was.

        Raises:
            ConfigError: Only assets start the schedule's runs, so it has no dates.
        """
        with self._switched_on(self._dates(), first, last):
            self._follow(self._create(first, last, conf, at_once), first, last)
        return self._runs(first, last)

    def _dates(self) -> str:
        if self._cron is None:
            where = f"schedules/{self._name}.yaml"
            raise ConfigError([Problem(where, "schedule", "is missing", "a backtest needs its dates")])
        return self._cron

    @contextmanager
    def _switched_on(self, cron: str, first: date, last: date) -> Iterator[None]:
        if not self._wait_until_known():
            yield
            return
        print(f"{self.dag_id} is switched on until the end", flush=True)
        with newest_due_run_held_back(self._api, self.dag_id, cron, (first, last)):
            self._pause(False)
            try:
                yield
            finally:
                self._pause(True)

    def _wait_until_known(self) -> bool:
        """Return whether the DAG is paused, as soon as Airflow has read its file."""
        deadline = time.monotonic() + KNOWN_TIMEOUT_S
        while True:
            try:
                return bool(self._api.call("GET", f"dags/{self.dag_id}")["is_paused"])
            except AirflowRefused as refused:
                if refused.status != 404 or time.monotonic() > deadline:
                    raise
                time.sleep(POLL_S)

    def _pause(self, paused: bool) -> None:
        self._api.call("PATCH", f"dags/{self.dag_id}", body={"is_paused": paused})

    def _create(self, first: date, last: date, conf: dict[str, Any], at_once: int) -> int:
        after = last + timedelta(days=1)
        body = {
            "dag_id": self.dag_id,
            "from_date": _midnight(first),
            # A run of the last day comes after its midnight.
            "to_date": _midnight(after),
            "dag_run_conf": conf,
            "reprocess_behavior": "failed",
            "max_active_runs": at_once,
        }
        deadline = time.monotonic() + LOCKED_TIMEOUT_S
        while True:
            try:
                return int(self._api.call("POST", "backfills", body=body)["id"])
            except AirflowRefused as refused:
                # SQLite, on which Airflow runs here, lets one writer in at a time.
                if refused.status != LOCKED or time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def _follow(self, backfill: int, first: date, last: date) -> None:
        try:
            while self._api.call("GET", f"backfills/{backfill}")["completed_at"] is None:
                self._tell(first, last)
                time.sleep(POLL_S)
            self._tell(first, last)
        except KeyboardInterrupt:
            self._api.call("PUT", f"backfills/{backfill}/cancel")
            print("\ncancelled: what runs goes on to its end, the rest is not begun", flush=True)

    def _runs(self, first: date, last: date) -> list[dict[str, Any]]:
        query = {
            "logical_date_gte": _midnight(first),
            "logical_date_lt": _midnight(last + timedelta(days=1)),
            "order_by": "logical_date",
            "limit": 100,
        }
        return list(self._api.call("GET", f"dags/{self.dag_id}/dagRuns", query=query)["dag_runs"])

    def _tell(self, first: date, last: date) -> None:
        for run in self._runs(first, last):
            state = self._state(run)
            if state and self._said.get(run["dag_run_id"]) != state:
                self._said[run["dag_run_id"]] = state
                print(f"{run['logical_date'][:10]}  {state}", flush=True)

    def _state(self, run: dict[str, Any]) -> str:
        """Return how a run stands; nothing between two tasks."""
        if run["state"] == "running":
            path = f"dags/{self.dag_id}/dagRuns/{run['dag_run_id']}/taskInstances"
            tasks = self._api.call("GET", path, query={"state": list(WAITING)})["task_instances"]
            return ", ".join(task["task_id"] for task in tasks)
        seconds = f" {run['duration']:.0f} s" if run.get("duration") else ""
        return f"{run['state']}{seconds}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Backfill and print the table; the exit status is 1 where a date has no result."""
    options = _parser().parse_args(arguments)
    settings = LocalSettings.from_environment()
    try:
        schedule = load_schedule(options.schedule)
        runs = Backtest(schedule, AirflowApi(settings)).run(
            options.first, options.last, options.conf, options.at_once
        )
    except (ConfigError, AirflowRefused) as error:
        print(error, file=sys.stderr)
        return 1
    if not runs:
        print(f"{schedule.schedule!r} has no date from {options.first} to {options.last}.", file=sys.stderr)
        return 1
    variable = settings.recsflow_variable()
    found = find_backtest_runs(
        schedule.name,
        schedule.promotion,
        load_model(schedule.model).kind,
        tracking_uri=str(variable["mlflow_tracking_uri"]),
        experiment_name=str(variable["mlflow_experiment"]),
    )
    return _report(schedule, [each for each in found if _ran(each, runs)], settings, runs)


def _report(
    schedule: ScheduleConfig, measured: list[BacktestRun], settings: LocalSettings, runs: list[dict[str, Any]]
) -> int:
    failed = [run["logical_date"][:10] for run in runs if run["state"] != "success"]
    if measured:
        title = title_of(measured, f"Backtest of {retraining_dag_id(schedule.name)}")
        page = ArtifactLayout(settings.artifact_root_uri).backtest_report(schedule.name).backtest_page
        written = storage.local_path(storage.write_text(page, render_html(title, measured)))
        print(f"\n{render_text(title, measured)}\n\nchart: {written}")
    if failed:
        print(f"failed: {', '.join(failed)}; their logs are at {settings.url('airflow')}", file=sys.stderr)
    return 1 if failed or not measured else 0


def _ran(measured: BacktestRun, runs: list[dict[str, Any]]) -> bool:
    return any(measured.until.isoformat() == run["logical_date"][:10] for run in runs)


def _midnight(day: date) -> str:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).isoformat()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("schedule", help=f"one of {', '.join(list_configs('schedules'))}")
    parser.add_argument("first", type=date.fromisoformat, help="such as 2017-11-06")
    parser.add_argument("last", type=date.fromisoformat, help="such as 2017-12-25")
    parser.add_argument("--conf", type=json.loads, default={}, help="run parameters as JSON")
    parser.add_argument("--at-once", type=int, default=2, help="DAG runs at the same time")
    return parser


if __name__ == "__main__":
    sys.exit(main())
