"""Puts an experiment's warnings on the note of its DAG run, where a person looks first.

A task cannot write the note, the scheduler can: it calls this when a run ends.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

WARNINGS_KEY = "warnings"
log = logging.getLogger(__name__)


@hookimpl
def on_dag_run_success(dag_run: DagRun, msg: str) -> None:
    """Note the warnings of a run that went well."""
    _note(dag_run)


@hookimpl
def on_dag_run_failed(dag_run: DagRun, msg: str) -> None:
    """Note the warnings of a run that did not."""
    _note(dag_run)


def _note(dag_run: DagRun) -> None:
    # The scheduler must never stumble over a note.
    try:
        warnings = _warnings(dag_run)
        if warnings and not dag_run.note:
            dag_run.note = "\n".join(warnings)
    except Exception:
        log.warning("Cannot note the warnings of %s.", dag_run.run_id, exc_info=True)


def _warnings(dag_run: DagRun) -> list[str]:
    from airflow.models.xcom import XComModel
    from sqlalchemy.orm import object_session

    session: Any = object_session(dag_run)
    if session is None:
        return []
    # Whichever task resolved the experiment.
    query = XComModel.get_many(key=WARNINGS_KEY, run_id=dag_run.run_id, dag_ids=dag_run.dag_id)
    found = session.execute(query.with_only_columns(XComModel.value)).first()
    return list(XComModel.deserialize_value(found)) if found else []
