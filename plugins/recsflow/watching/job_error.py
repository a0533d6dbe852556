"""How a job ended, and the error of one that did not succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recsflow.errors import JobCancelled, JobFailed, JobStateUnknown, JobTimeout
from recsflow.vertex.jobs import JobEvent, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow.sdk.exceptions import AirflowException

    from recsflow.watching.watch import JobWatch


def complete_event(payload: Mapping[str, Any], watch: Callable[[], JobWatch]) -> JobEvent:
    """Return how a job ended, with its components.

    Args:
        payload: What the trigger sent. Where many jobs ended together the poller has only listed them, and a
            list has no components.
        watch: Makes what looks at the job once more then.
    """
    ended = JobEvent.from_payload(dict(payload))
    if ended.status in (Outcome.SUCCEEDED, Outcome.CANCELLED) and not ended.components:
        looked = watch().look()
        return looked if looked and looked.status is ended.status else ended
    return ended


def error_of(event: JobEvent, link: str, *, submit: str, wait: str) -> AirflowException:
    """Return the error for a job that did not succeed, with the page that has its logs.

    Args:
        event: How the job ended.
        link: The job's page.
        submit: The task that started the job.
        wait: The task that waited for it.
    """
    kinds: dict[Outcome, type[AirflowException]] = {
        Outcome.FAILED: JobFailed,
        Outcome.CANCELLED: JobCancelled,
        Outcome.TIMED_OUT: JobTimeout,
        Outcome.UNKNOWN: JobStateUnknown,
    }
    remedies = {
        Outcome.FAILED: f"Repair the cause, then clear {submit} and what follows it.",
        Outcome.CANCELLED: f"Clear {submit} and what follows it to submit it anew.",
        Outcome.TIMED_OUT: f"It was cancelled; give {wait} more time, then clear {submit}.",
        Outcome.UNKNOWN: "The job itself was left alone; clear this task to look again.",
    }
    return kinds[event.status](f"{event.message}\n{remedies[event.status]} Job and logs: {link}")
