"""Watch a job: one look at a time, errors bounded, an event at the end.

The trigger and the sensor share it. The sensor looks itself; the trigger hears from the poller of its
process, in a thread, since metrics are read from storage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from recsflow.jobs import SCORING, TRAINER, Component, ComponentResult, Ending, Job, JobEvent, JobState
from recsflow.progress import JobProgress, is_current, say

_ENDINGS = {
    JobState.SUCCEEDED: Ending.SUCCEEDED,
    JobState.FAILED: Ending.FAILED,
    JobState.CANCELLED: Ending.CANCELLED,
}
ERROR_LINES = 30


@dataclass(frozen=True)
class JobReaders:
    """How a watch sees the world.

    Attributes:
        job: Reads the job; raises when the service does not answer.
        metrics: Reads `training_metrics.json`, None while there is none.
        is_permanent: Whether an error of `job` will not go away.
        is_throttled: Whether an error of `job` only asks for fewer requests.
        clock: The time, UTC.
    """

    job: Callable[[], Job]
    metrics: Callable[[], Mapping[str, Any] | None]
    is_permanent: Callable[[Exception], bool]
    is_throttled: Callable[[Exception], bool]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


class JobWatch:
    """Looks at a job and says what is new.

    Args:
        task_id: The Airflow task for whom it looks.
        job_id: The job.
        readers: How to look.
        deadline: When waiting ends, UTC.
        max_outage_s: Seconds without an answer after which the job's state counts as unknown.
    """

    def __init__(
        self,
        *,
        task_id: str,
        job_id: str,
        readers: JobReaders,
        deadline: datetime,
        max_outage_s: float,
    ) -> None:
        self.task_id = task_id
        self.job_id = job_id
        self.readers = readers
        self.deadline = deadline
        self.max_outage_s = max_outage_s
        self.progress = JobProgress()
        self._answered: datetime | None = None

    def look(self) -> JobEvent | None:
        """Look once; the event where waiting is over, else None."""
        try:
            answer: Job | Exception = self.readers.job()
        except Exception as error:
            answer = error
        return self.hear(answer)

    def hear(self, answer: Job | Exception) -> JobEvent | None:
        """Take an answer that somebody else got, and return what `look` does.

        Args:
            answer: The job, or why it could not be read.
        """
        now = self.readers.clock()
        self._answered = self._answered or now
        if isinstance(answer, Exception):
            return self._no_answer(answer, now, self._answered)
        self._answered = now
        return self._answer(answer, now)

    def _no_answer(self, error: Exception, now: datetime, answered: datetime) -> JobEvent | None:
        if self.readers.is_throttled(error):
            self._answered = now
            said = f"asked too often about jobs, asking about {self.job_id} later: {error}"
            say(self.task_id, said, logging.WARNING)
            return self._overdue(now)
        outage_s = (now - answered).total_seconds()
        if self.readers.is_permanent(error):
            return self._event(Ending.UNKNOWN, f"job {self.job_id} cannot be read: {error}")
        if outage_s > self.max_outage_s:
            return self._event(
                Ending.UNKNOWN,
                f"job {self.job_id} could not be read for {outage_s:.0f} s, last error: {error}",
            )
        say(self.task_id, f"no answer about job {self.job_id}, asking again: {error}", logging.WARNING)
        return self._overdue(now)

    def _answer(self, job: Job, now: datetime) -> JobEvent | None:
        components, epochs = self.progress.lines(job, now), self._epochs(job)
        # The last epochs come before the end of the component that ran them.
        for line in [*components, *epochs] if job.state is JobState.RUNNING else [*epochs, *components]:
            say(self.task_id, line)
        if job.state not in _ENDINGS:
            return self._overdue(now)
        results = tuple(
            ComponentResult(c.name, c.state.value, round(c.seconds(now), 1), c.error) for c in job.components
        )
        ending = _ENDINGS[job.state]
        message = self._failure(job) if ending is Ending.FAILED else f"job {self.job_id} {ending}"
        return JobEvent(ending, self.job_id, message, round(job.seconds(now), 1), results)

    def _epochs(self, job: Job) -> list[str]:
        trainer = _trainer(job)
        if trainer is None or trainer.state not in {JobState.RUNNING, JobState.SUCCEEDED}:
            return []
        return self.progress.epochs(self.readers.metrics(), trainer.started)

    def _overdue(self, now: datetime) -> JobEvent | None:
        if now < self.deadline:
            return None
        return self._event(
            Ending.TIMED_OUT, f"job {self.job_id} did not end by {self.deadline:%Y-%m-%d %H:%M} UTC"
        )

    def _event(self, ending: Ending, message: str) -> JobEvent:
        return JobEvent(ending, self.job_id, message)

    def _failure(self, job: Job) -> str:
        failed = [component for component in job.components if component.state is JobState.FAILED]
        if not failed:
            return f"job {self.job_id} failed: {job.error or 'the service gives no reason'}"
        return "\n".join(self._component_failure(component) for component in failed)

    def _component_failure(self, component: Component) -> str:
        error = component.error or "the service gives no reason"
        reports = component.name in {TRAINER, SCORING}
        if reports and (own := _own_error(self.readers.metrics(), component.started)):
            error = f"{error}\n{own}"
        return f"component {component.name} failed:\n" + "\n".join(error.strip().splitlines()[-ERROR_LINES:])


def _trainer(job: Job) -> Component | None:
    return next((component for component in job.components if component.name == TRAINER), None)


def _own_error(metrics: Mapping[str, Any] | None, started: datetime | None) -> str | None:
    """The error that the component itself wrote, where Vertex only knows its exit status."""
    if not metrics or not metrics.get("error") or not is_current(metrics, started):
        return None
    return f"{metrics['error']['type']}: {metrics['error']['message']}"
