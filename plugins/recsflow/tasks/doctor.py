"""Examine all that a run needs."""

from __future__ import annotations

from recsflow.tasks.decorators import plain_task


@plain_task(retries=0)
def examine() -> None:
    """Say what was found, and fail where no run could go well.

    Raises:
        Unfit: Something that a run needs is not as it should be; lists it.
    """
    from recsflow.doctor.examination import log_findings

    log_findings()
