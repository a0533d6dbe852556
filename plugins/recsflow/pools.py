"""The pool of tasks that hold rows on a worker, made where Airflow does not have it.

Airflow never starts a task whose pool does not exist, so the scheduler makes it when it starts. Its size is
then a person's to change, in Admin > Pools.
"""

from __future__ import annotations

import logging
from typing import Any

from airflow.listeners import hookimpl

ROWS_POOL = "recsflow_rows"
SLOTS = 2
SCHEDULER = "SchedulerJob"
DESCRIPTION = "Tasks that hold an experiment's rows in a worker's memory"
log = logging.getLogger(__name__)


@hookimpl
def on_starting(component: Any) -> None:
    """Make the pool, once; every part of Airflow that starts calls this."""
    if getattr(component, "job_type", None) != SCHEDULER:
        return
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session

    with create_session() as session:
        if Pool.get_pool(ROWS_POOL, session=session) is None:
            Pool.create_or_update_pool(
                ROWS_POOL, slots=SLOTS, description=DESCRIPTION, include_deferred=False, session=session
            )
            log.info("Made pool %s with %d slots.", ROWS_POOL, SLOTS)
