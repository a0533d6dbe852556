"""Examine all that a run needs."""

from __future__ import annotations

from airflow.sdk import task


@task(retries=0)
def examine() -> None:
    """Say what was found, and fail where no run could go well.

    Raises:
        Unfit: Something that a run needs is not as it should be; lists it.
    """
    from recsflow.doctor.examination import log_findings

    log_findings()
