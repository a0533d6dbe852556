"""Keeps the note of a DAG run true at each moment: its title and warnings, and why it is red.

That is where a person looks first. A task cannot write the note, but each process of Airflow's that has the
database can, in the moment in which a task has said something or failed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, object_session

from recsflow.run_notes.keys import NOTED_KEYS

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

_FAILED = "failed"
log = logging.getLogger(__name__)


@event.listens_for(Session, "after_flush")
def on_flush(session: Session, _context: Any) -> None:
    """Write the note of a run about which something was said, or of which a task has failed, just now."""
    # Whatever goes wrong here would end Airflow's scheduler: files that a deployment changes meanwhile, too.
    try:
        changed = {
            (each.dag_id, each.run_id)
            for objects in (session.new, session.dirty)
            for each in objects
            if _is_noted(each)
        }
        if changed:
            from recsflow.run_notes.writing import note_run

            for dag_id, run_id in changed:
                note_run(session, dag_id, run_id)
    except Exception:
        log.warning("Cannot look for what a note is to say.", exc_info=True)


def _is_noted(changed: Any) -> bool:
    """Whether a change of Airflow's database is one that notes speak of; known by the table.

    A task's own end is an update of a row that no session holds, with an entry in Airflow's audit log.
    """
    table = getattr(changed, "__tablename__", "")
    if table == "xcom":
        return changed.key in NOTED_KEYS
    if table == "log":
        return bool(changed.event == _FAILED and changed.run_id)
    if table == "task_instance":
        return bool(changed.state == _FAILED and inspect(changed).attrs.state.history.has_changes())
    return False


@hookimpl
def on_task_instance_failed(previous_state: Any, task_instance: Any, error: Any) -> None:
    """Keep the cause of a failure that Airflow itself finds: a lost worker, or a person's mark.

    In the task's own process, where the task says the cause itself, there is no session.
    """
    if inspect(task_instance, raiseerr=False) is None:
        return
    session = object_session(task_instance)
    if session is not None:
        from recsflow.run_notes.writing import keep_cause

        keep_cause(session, task_instance, error)


@hookimpl
def on_dag_run_running(dag_run: DagRun, msg: str) -> None:
    """Forget why a run was red that was cleared."""
    _note(dag_run)


@hookimpl
def on_dag_run_success(dag_run: DagRun, msg: str) -> None:
    """Note what is worth it about a run that went well; a sweep does, whatever some of its trials did."""
    _note(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: DagRun, msg: str) -> None:
    """Note what is worth it about a run that did not."""
    _note(dag_run)


def _note(dag_run: DagRun) -> None:
    session = object_session(dag_run)
    # `airflow dags test` tells of a run that belongs to no session; what its tasks say is noted as they do.
    if session is None:
        return
    from recsflow.run_notes.writing import note_run

    note_run(session, dag_run.dag_id, dag_run.run_id, str(dag_run.state))
    session.expire(dag_run, ["dag_run_note"])
