"""Writes the note of a run within the transaction of whatever has changed, and never harms it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from airflow.models.dagrun import DagRun, DagRunNote
from airflow.models.taskinstance import TaskInstance
from airflow.models.xcom import XComModel
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from recsflow.run_notes.composition import FAILED, compose
from recsflow.run_notes.keys import ERROR_KEY, NOTED_KEYS, WITHOUT_A_WORD

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

# As long as the column of Airflow's database; PostgreSQL refuses more.
MAX_CHARACTERS = 1000
# What a person has written stands above it.
MARK = "\n\n---\n\n"
_NOTE, _RUN = DagRunNote.__table__, DagRun.__table__
log = logging.getLogger(__name__)


def note_run(session: Session, dag_id: str, run_id: str, state: str | None = None) -> None:
    """Write what is worth it about a run on its note; below what a person wrote there.

    Whoever changes the database at the moment goes on, whatever becomes of the note.

    Args:
        session: Of whoever changed something about the run.
        dag_id: The run's DAG.
        run_id: The run.
        state: The run's state, where the database does not have it yet.
    """
    try:
        connection = session.connection()
        with connection.begin_nested():
            _note(connection, dag_id, run_id, state)
    except Exception:
        log.warning("Cannot write the note of %s, %s.", dag_id, run_id, exc_info=True)


def keep_cause(session: Session, task: TaskInstance, error: object) -> None:
    """Keep why a task failed that could not say so itself, where the record and the note look for it.

    Args:
        session: Airflow's own.
        task: The task instance that Airflow itself has failed.
        error: Airflow's words.
    """
    try:
        connection = session.connection()
        with connection.begin_nested():
            _keep(connection, task, str(error or ""))
    except Exception:
        log.warning("Cannot keep why %s failed.", task.task_id, exc_info=True)


def _note(connection: Connection, dag_id: str, run_id: str, state: str | None) -> None:
    query = select(_RUN.c.id, _RUN.c.state).where(_RUN.c.dag_id == dag_id, _RUN.c.run_id == run_id)
    run = connection.execute(query).one()
    ours = compose(connection, dag_id, run_id, str(state or run.state))
    if ours is not None:
        _write(connection, run.id, ours)


def _write(connection: Connection, dag_run_id: int, ours: str) -> None:
    here = _NOTE.c.dag_run_id == dag_run_id
    kept = connection.execute(select(_NOTE.c.content, _NOTE.c.user_id).where(here)).first()
    persons = _of_a_person(kept.content, kept.user_id) if kept else ""
    values = {"content": _joined(persons, ours), "updated_at": datetime.now(UTC)}
    if kept is None:
        try:
            with connection.begin_nested():
                connection.execute(
                    insert(_NOTE).values(dag_run_id=dag_run_id, created_at=values["updated_at"], **values)
                )
        except IntegrityError:  # another process wrote the first note just now
            kept = connection.execute(select(_NOTE.c.content, _NOTE.c.user_id).where(here)).first()
    if kept is not None and kept.content != values["content"]:
        connection.execute(update(_NOTE).where(here).values(**values))


def _of_a_person(content: str | None, user_id: str | None) -> str:
    """Return what a person has written on a note; a note of ours alone has no user."""
    return (content or "").partition(MARK)[0] if user_id is not None else ""


def _joined(persons: str, ours: str) -> str:
    if not persons or not ours:
        return _cut(persons or ours, MAX_CHARACTERS)
    room = MAX_CHARACTERS - len(persons) - len(MARK)
    return f"{persons}{MARK}{_cut(ours, room)}" if room > 1 else persons


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _keep(connection: Connection, task: TaskInstance, error: str) -> None:
    xcom = XComModel.__table__
    of_the_run = select(xcom.c.key, xcom.c.task_id, xcom.c.map_index).where(
        xcom.c.dag_id == task.dag_id, xcom.c.run_id == task.run_id, xcom.c.key.in_(NOTED_KEYS)
    )
    said = {(row.key, row.task_id, row.map_index) for row in connection.execute(of_the_run)}
    if not said or (ERROR_KEY, task.task_id, task.map_index) in said or task.state != FAILED:
        return
    by_hand = "manually set" in error
    words = "somebody marked it as failed." if by_hand else f"{WITHOUT_A_WORD} Airflow says: {error}"
    where = {"dag_id": task.dag_id, "run_id": task.run_id, "task_id": task.task_id}
    run = select(_RUN.c.id).where(_RUN.c.dag_id == task.dag_id, _RUN.c.run_id == task.run_id)
    connection.execute(
        insert(xcom).values(
            **where,
            map_index=task.map_index,
            dag_run_id=connection.execute(run).scalar_one(),
            key=ERROR_KEY,
            value=words,  # as the API of tasks keeps it
            timestamp=datetime.now(UTC),
        )
    )
