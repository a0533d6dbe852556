"""The error of a job that did not succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recsflow.errors import JobCancelled, JobFailed, JobStateUnknown, JobTimeout
from recsflow.vertex.jobs import Ending

if TYPE_CHECKING:
    from airflow.sdk.exceptions import AirflowException

    from recsflow.vertex.jobs import JobEvent


def error_of(event: JobEvent, link: str, *, submit: str, wait: str) -> AirflowException:
    """Return the error for a job that did not succeed, with the page that has its logs.

    Args:
        event: How the job ended.
        link: The job's page.
        submit: The task that started the job.
        wait: The task that waited for it.
    """
    kinds: dict[Ending, type[AirflowException]] = {
        Ending.FAILED: JobFailed,
        Ending.CANCELLED: JobCancelled,
        Ending.TIMED_OUT: JobTimeout,
        Ending.UNKNOWN: JobStateUnknown,
    }
    remedies = {
        Ending.FAILED: f"Repair the cause, then clear {submit} and what follows it.",
        Ending.CANCELLED: f"Clear {submit} and what follows it to submit it anew.",
        Ending.TIMED_OUT: f"It was cancelled; give {wait} more time, then clear {submit}.",
        Ending.UNKNOWN: "The job itself was left alone; clear this task to look again.",
    }
    return kinds[event.status](f"{event.message}\n{remedies[event.status]} Job and logs: {link}")
