"""Puts why a run's job failed, what was decided about its experiment, and its warnings on the run's note.

That is where a person looks first. A task cannot write the note, the scheduler can: it calls this when a run
ends.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

WARNINGS_KEY, DECISION_KEY, FAILURE_KEY = "warnings", "promotion", "failure"
# As long as the column of Airflow's database; PostgreSQL refuses more.
MAX_CHARACTERS = 1000
log = logging.getLogger(__name__)


@hookimpl
def on_dag_run_success(dag_run: DagRun, msg: str) -> None:
    """Note what is worth it about a run that went well; a sweep does, whatever some of its trials did."""
    _note(dag_run, DECISION_KEY, WARNINGS_KEY)


@hookimpl
def on_dag_run_failed(dag_run: DagRun, msg: str) -> None:
    """Note what is worth it about a run that did not."""
    _note(dag_run, FAILURE_KEY, DECISION_KEY, WARNINGS_KEY)


def _note(dag_run: DagRun, *keys: str) -> None:
    from sqlalchemy.orm import object_session

    # `airflow dags test` tells of a run that belongs to no session; its note cannot be written.
    if object_session(dag_run) is None:
        return
    # The scheduler must never stumble over a note.
    try:
        lines = [line for key in keys for line in _pushed(dag_run, key)]
        if (lines or dag_run.note) and not _is_of_a_person(dag_run):
            dag_run.note = _cut("\n".join(lines)) or None
    except Exception:
        log.warning("Cannot note the warnings of %s.", dag_run.run_id, exc_info=True)


def _is_of_a_person(dag_run: DagRun) -> bool:
    """Whether the note is somebody's own; one of ours, of the run before it was cleared, is replaced."""
    note = dag_run.dag_run_note
    return note is not None and bool(note.content) and note.user_id is not None


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"


def _pushed(dag_run: DagRun, key: str) -> list[str]:
    from airflow.models.xcom import XComModel
    from sqlalchemy.orm import object_session

    session: Any = object_session(dag_run)
    # Whichever task pushed it.
    query = XComModel.get_many(key=key, run_id=dag_run.run_id, dag_ids=dag_run.dag_id)
    found = session.execute(query.with_only_columns(XComModel.value)).first()
    value = XComModel.deserialize_value(found) if found else []
    return [value] if isinstance(value, str) else list(value)
