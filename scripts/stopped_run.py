"""Ends, in Airflow's database, a run that was stopped where it stood; a scheduler would take it up again."""

from __future__ import annotations

import sys

from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from sqlalchemy import update


def main() -> None:
    """Marks the unfinished run of the DAG and the id on the command line as failed."""
    dag_id, run_id = sys.argv[1:]
    unfinished = (DagRun.state == DagRunState.RUNNING) | (DagRun.state == DagRunState.QUEUED)
    named = (DagRun.dag_id == dag_id) & (DagRun.run_id == run_id)
    with create_session() as session:
        session.execute(update(DagRun).where(named & unfinished).values(state=DagRunState.FAILED))


if __name__ == "__main__":
    main()
