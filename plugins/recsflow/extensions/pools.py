"""The pool of tasks that a worker has memory for few of, made where Airflow does not have it.

Airflow never starts a task whose pool does not exist, so the pool is made when Airflow starts. Its size is
then a person's to change, in Admin > Pools.
"""

from __future__ import annotations

import logging
from typing import Any

from airflow.listeners import hookimpl

ROWS_POOL = "recsflow_rows"
SLOTS = 2
DESCRIPTION = "Checks of an experiment's rows, 300 MB of a worker's memory each"
log = logging.getLogger(__name__)


@hookimpl
def on_starting(component: Any) -> None:
    """Make the pool, once; each part of Airflow that starts calls this, several at the same time."""
    from airflow.sdk.execution_time.task_runner import TaskRunnerMarker

    if isinstance(component, TaskRunnerMarker):
        return  # a task starts too, and has no database

    from airflow.models.pool import Pool
    from airflow.utils.session import create_session
    from sqlalchemy.exc import IntegrityError

    try:
        with create_session() as session:
            if Pool.get_pool(ROWS_POOL, session=session) is None:
                session.add(
                    Pool(pool=ROWS_POOL, slots=SLOTS, description=DESCRIPTION, include_deferred=False)
                )
    except IntegrityError:
        log.debug("Another part of Airflow has just made pool %s.", ROWS_POOL)
