"""Puts what was decided about an experiment, and its warnings, on the note of its DAG run.

That is where a person looks first. A task cannot write the note, the scheduler can: it calls this when a run
ends.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

WARNINGS_KEY, DECISION_KEY = "warnings", "promotion"
log = logging.getLogger(__name__)


@hookimpl
def on_dag_run_success(dag_run: DagRun, msg: str) -> None:
    """Note what is worth it about a run that went well."""
    _note(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: DagRun, msg: str) -> None:
    """Note what is worth it about a run that did not."""
    _note(dag_run)


def _note(dag_run: DagRun) -> None:
    # The scheduler must never stumble over a note.
    try:
        lines = [*_pushed(dag_run, DECISION_KEY), *_pushed(dag_run, WARNINGS_KEY)]
        if lines and not dag_run.note:
            dag_run.note = "\n".join(lines)
    except Exception:
        log.warning("Cannot note the warnings of %s.", dag_run.run_id, exc_info=True)


def _pushed(dag_run: DagRun, key: str) -> list[str]:
    from airflow.models.xcom import XComModel
    from sqlalchemy.orm import object_session

    session: Any = object_session(dag_run)
    if session is None:
        return []
    # Whichever task pushed it.
    query = XComModel.get_many(key=key, run_id=dag_run.run_id, dag_ids=dag_run.dag_id)
    found = session.execute(query.with_only_columns(XComModel.value)).first()
    value = XComModel.deserialize_value(found) if found else []
    return [value] if isinstance(value, str) else list(value)
