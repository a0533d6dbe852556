"""What the note of a run says: its title, why it is red, what was decided, and its warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from sqlalchemy import select

from recsflow.run_notes.keys import (
    DECISION_KEY,
    ERROR_KEY,
    LIST_OF_ONE,
    NOTED_KEYS,
    TITLE_KEY,
    WARNINGS_KEY,
    WITHOUT_A_WORD,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

BESIDES = "Warnings since it was resolved:"
FAILED, SUCCESS = "failed", "success"
_XCOM, _TASK = XComModel.__table__.c, TaskInstance.__table__.c
_Place = tuple[str, int]


def compose(connection: Connection, dag_id: str, run_id: str, state: str) -> str | None:
    """Return what the note of a run says now, its most important line first.

    Args:
        connection: To Airflow's database.
        dag_id: The run's DAG.
        run_id: The run.
        state: The run's state. One that has succeeded does not tell of what has failed on the way.

    Returns:
        Paragraphs, empty lines between them; None of a run that is none of ours.
    """
    said = _said(connection, dag_id, run_id)
    if not said:
        return None
    failure = "" if state == SUCCESS else _failure(connection, dag_id, run_id, said, ended=state == FAILED)
    # Airflow's page of a run shows the first line alone before it is clicked.
    head = ": ".join(part for part in (*_texts(said, TITLE_KEY), failure) if part)
    warnings = _texts(said, WARNINGS_KEY)
    # What was doubtful anyway need have nothing to do with the failure.
    between = [BESIDES] if failure and warnings else []
    parts = [head, *_texts(said, DECISION_KEY), *between, *warnings]
    return "\n\n".join(part for part in parts if part)


def _said(connection: Connection, dag_id: str, run_id: str) -> dict[tuple[str, _Place], Any]:
    """Return what tasks have said, by XCom key and task, the oldest first."""
    query = (
        select(_XCOM.key, _XCOM.task_id, _XCOM.map_index, _XCOM.value)
        .where(_XCOM.dag_id == dag_id, _XCOM.run_id == run_id, _XCOM.key.in_(NOTED_KEYS))
        .order_by(_XCOM.timestamp)
    )
    return {
        (row.key, (row.task_id, row.map_index)): XComModel.deserialize_value(row)
        for row in connection.execute(query)
    }


def _texts(said: dict[tuple[str, _Place], Any], key: str) -> list[str]:
    """Return what the first task said under a key that said something."""
    value = next((value for (each, _), value in said.items() if each == key), None)
    return [value] if isinstance(value, str) else list(value or ())


def _failure(
    connection: Connection, dag_id: str, run_id: str, said: dict[tuple[str, _Place], Any], *, ended: bool
) -> str:
    """Return why the first task failed; what fails after it is its consequence.

    One trial of a sweep does not make the run red, so mapped tasks count where the run has ended alone.
    """
    query = (
        select(_TASK.task_id, _TASK.map_index)
        .where(_TASK.dag_id == dag_id, _TASK.run_id == run_id, _TASK.state == FAILED)
        .order_by(_TASK.map_index >= 0, _TASK.end_date)
    )
    failed = [(row.task_id, row.map_index) for row in connection.execute(query)]
    if not ended:
        failed = [place for place in failed if place[1] < 0]
    if not failed:
        return ""
    task_id, map_index = failed[0]
    words = LIST_OF_ONE.sub("", said.get((ERROR_KEY, failed[0])) or WITHOUT_A_WORD)
    return f"{task_id}{f' {map_index}' if map_index >= 0 else ''} failed: {words}"
