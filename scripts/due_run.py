"""Keeps Airflow from catching up while a DAG that was off is switched on for something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from croniter import croniter

from scripts.airflow_api import AirflowApi, AirflowRefused

CONFLICT = 409
NOTE = "Holds the place of the newest due run while a backtest goes on; nothing ran."


@contextmanager
def newest_due_run_held_back(
    api: AirflowApi, dag_id: str, cron: str, but: tuple[date, date]
) -> Iterator[None]:
    """Hold the place of a DAG's newest due run with one that has ended, and remove it in the end.

    Without it Airflow would start that run as soon as the DAG is on. The DAG has to be off before and after.

    Args:
        api: Airflow.
        dag_id: The DAG.
        cron: What it is scheduled by.
        but: First and last date of runs that are wanted.
    """
    due = croniter(cron, datetime.now(UTC)).get_prev(datetime)
    run_id = f"held_back__{due.isoformat()}"
    held = not but[0] <= due.date() <= but[1] and _hold(api, dag_id, run_id, due)
    try:
        yield
    finally:
        if held:
            api.call("DELETE", f"dags/{dag_id}/dagRuns/{run_id}")


def _hold(api: AirflowApi, dag_id: str, run_id: str, due: datetime) -> bool:
    """Return whether the place was free, or was held by a backtest that was killed."""
    body = {"dag_run_id": run_id, "logical_date": due.isoformat(), "note": NOTE}
    try:
        api.call("POST", f"dags/{dag_id}/dagRuns", body=body)
    except AirflowRefused as refused:
        if refused.status != CONFLICT:
            raise
        return _is_there(api, dag_id, run_id)
    api.call("PATCH", f"dags/{dag_id}/dagRuns/{run_id}", body={"state": "success"})
    return True


def _is_there(api: AirflowApi, dag_id: str, run_id: str) -> bool:
    runs = api.call("GET", f"dags/{dag_id}/dagRuns", query={"run_id_pattern": run_id})["dag_runs"]
    return any(run["dag_run_id"] == run_id for run in runs)
