"""Examine all that a run needs."""

from __future__ import annotations

import logging

from airflow.sdk import task

from recsflow.log import say

TASK = "examine"


@task(retries=0)
def examine() -> None:
    """Say what was found, and fail where no run could go well.

    Raises:
        Unfit: Something that a run needs is not as it should be; lists it.
    """
    from recsflow.doctor.examination import examine as findings_of
    from recsflow.doctor.finding import Health
    from recsflow.errors import Unfit
    from recsflow.settings import load_settings

    levels = {Health.GOOD: logging.INFO, Health.DOUBTFUL: logging.WARNING, Health.BAD: logging.ERROR}
    failed = []
    for finding in findings_of(load_settings()):
        say(TASK, str(finding), levels[finding.health])
        if finding.health is Health.BAD:
            failed.append(f"{finding.subject}: {finding.said}")
    if failed:
        raise Unfit("\n".join(failed))
