"""What Airflow's own database says of the runs behind experiments: that is where a killed one is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from sqlalchemy import select, tuple_

from include.cards.card import Card, Kind, State

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

RunKey = tuple[str, str]
# As cards name states.
_OF_TASKS = {
    "success": "succeeded",
    "failed": "failed",
    "running": "running",
    "restarting": "running",
    "deferred": "running",
    "upstream_failed": "skipped",
    "skipped": "skipped",
    "removed": "skipped",
}
_PENDING = "pending"


@dataclass(frozen=True)
class RunState:
    """A DAG run; times are UTC.

    Attributes:
        state: As Airflow names it.
        started: None while it waits.
    """

    state: str
    started: datetime | None


@dataclass(frozen=True)
class TaskState:
    """A task of a run, its state as cards name them."""

    task_id: str
    state: str
    seconds: float | None


def run_states(cards: Iterable[Card], session: Session) -> dict[RunKey, RunState]:
    """Return the DAG runs of some cards, by DAG and run, in one query; deleted ones are not there."""
    wanted = {(card.dag_id, card.run_id) for card in cards}
    if not wanted:
        return {}
    columns = (DagRun.dag_id, DagRun.run_id, DagRun.state, DagRun.start_date)
    query = select(*columns).where(tuple_(DagRun.dag_id, DagRun.run_id).in_(sorted(wanted)))
    return {(dag, run): RunState(str(state), started) for dag, run, state, started in session.execute(query)}


def state_of(card: Card, run: RunState | None) -> State:
    """Return the state of an experiment, by its card and its DAG run.

    A run writes its card's end itself, well or badly. Where it is over for Airflow and the card knows nothing
    of it, somebody ended it from outside.
    """
    if run is None:
        return card.state if card.has_ended else State.CANCELLED
    if run.state in {"success", "failed"}:
        # A sweep succeeds without some of its trials.
        succeeded = run.state == "success" and card.kind is not Kind.TRIAL
        ended = State.SUCCEEDED if succeeded else State.CANCELLED
        return card.state if card.has_ended else ended
    if card.has_ended and _is_cleared(card, run):
        return State.QUEUED if run.started is None else State.RUNNING
    return card.state


def _is_cleared(card: Card, run: RunState) -> bool:
    """Whether a run goes on after its card has ended; of a sweep, other trials do."""
    if card.kind is Kind.TRIAL or card.ended_at is None:
        return False
    return run.started is None or run.started > card.ended_at


def tasks_of(card: Card, session: Session) -> list[TaskState]:
    """Return the tasks of an experiment's run, in the order in which they started."""
    columns = (TaskInstance.task_id, TaskInstance.state, TaskInstance.duration)
    query = (
        select(*columns)
        .where(*_of(card, TaskInstance))
        .order_by(TaskInstance.start_date.is_(None), TaskInstance.start_date, TaskInstance.task_id)
    )
    return [
        TaskState(task_id, _OF_TASKS.get(str(state), _PENDING), seconds)
        for task_id, state, seconds in session.execute(query)
    ]


def handed_on(card: Card, keys: Iterable[str], session: Session) -> dict[str, dict[str, Any]]:
    """Return what the tasks of an experiment's run have left under some keys: by key, then by task."""
    columns = (XComModel.key, XComModel.task_id, XComModel.value)
    query = (
        select(*columns)
        .where(*_of(card, XComModel), XComModel.key.in_(list(keys)))
        .order_by(XComModel.timestamp)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in session.execute(query):
        found.setdefault(row.key, {})[row.task_id] = XComModel.deserialize_value(row)
    return found


def _of(card: Card, table: Any) -> list[Any]:
    """Return the conditions of an experiment's tasks; of a sweep, those of the trial and of all trials."""
    own = [-1] if card.trial is None else [-1, card.trial]
    return [table.dag_id == card.dag_id, table.run_id == card.run_id, table.map_index.in_(own)]


def settled(cards: Iterable[Card], runs: Mapping[RunKey, RunState]) -> dict[str, State]:
    """Return the states of cards that say another one, by experiment."""
    known = ((card, state_of(card, runs.get((card.dag_id, card.run_id)))) for card in cards)
    return {card.experiment_id: state for card, state in known if state is not card.state}
