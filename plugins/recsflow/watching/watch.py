"""Watch a job: one look at a time, errors bounded, an event at the end.

The trigger and the sensor share it. The sensor looks itself; the trigger hears from the poller of its
process, in a thread, since metrics are read from storage.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from recsflow.log import say
from recsflow.vertex.component_log import ComponentLog
from recsflow.vertex.jobs import TRAINER, Component, ComponentResult, Job, JobEvent, JobState, Outcome
from recsflow.watching.job_failure import component_failure, failure_of
from recsflow.watching.progress import JobProgress, is_current

_OUTCOMES = {
    JobState.SUCCEEDED: Outcome.SUCCEEDED,
    JobState.FAILED: Outcome.FAILED,
    JobState.CANCELLED: Outcome.CANCELLED,
}
# Entries arrive in Cloud Logging some seconds after a job's end.
LATE_ENTRIES = timedelta(seconds=30)


@dataclass(frozen=True)
class JobReaders:
    """How a watch sees the world.

    Attributes:
        job: Reads the job; raises when the service does not answer.
        metrics: Reads `training_metrics.json`, None while there is none.
        log: Reads the log of a custom job that started then.
        is_permanent: Whether an error of `job` will not go away.
        is_throttled: Whether an error of `job` only asks for fewer requests.
        note: Takes the job of each look, with what its own Trainer has reported so far.
        clock: The time, UTC.
    """

    job: Callable[[], Job]
    metrics: Callable[[], Mapping[str, Any] | None]
    log: Callable[[str, datetime], ComponentLog]
    is_permanent: Callable[[Exception], bool]
    is_throttled: Callable[[Exception], bool]
    note: Callable[[Job, Mapping[str, Any] | None], None] = lambda job, metrics: None
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
        self._failed: datetime | None = None

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
            return self._event(Outcome.UNKNOWN, f"job {self.job_id} cannot be read: {error}")
        if outage_s > self.max_outage_s:
            return self._event(
                Outcome.UNKNOWN,
                f"job {self.job_id} could not be read for {outage_s:.0f} s, last error: {error}",
            )
        say(self.task_id, f"no answer about job {self.job_id}, asking again: {error}", logging.WARNING)
        return self._overdue(now)

    def _answer(self, job: Job, now: datetime) -> JobEvent | None:
        trainer, metrics = _trainer(job), self._metrics(job)
        started = trainer.started if trainer else None
        components, epochs = self.progress.lines(job, now), self.progress.epochs(metrics, started)
        # The last epochs come before the end of the component that ran them.
        for line in [*components, *epochs] if job.state is JobState.RUNNING else [*epochs, *components]:
            say(self.task_id, line)
        self.readers.note(job, metrics if metrics and is_current(metrics, started) else None)
        if job.state not in _OUTCOMES:
            return self._overdue(now)
        ending = _OUTCOMES[job.state]
        failed = [each for each in job.components if each.state is JobState.FAILED]
        failed = failed if ending is Outcome.FAILED else []
        logs = {each.name: self._log(each, job) for each in failed}
        if not all(log.is_complete for log in logs.values()) and self._may_be_late(now):
            return None
        failures = {
            each.name: component_failure(each, logs[each.name], self.readers.metrics) for each in failed
        }
        results = tuple(
            ComponentResult(c.name, c.state.value, round(c.seconds(now), 1), failures.get(c.name, c.error))
            for c in job.components
        )
        message = failure_of(job, failures) if ending is Outcome.FAILED else f"job {self.job_id} {ending}"
        return JobEvent(ending, self.job_id, message, round(job.seconds(now), 1), results)

    def _log(self, component: Component, job: Job) -> ComponentLog:
        started = component.started or job.created
        if not component.custom_job or started is None:
            # It failed before a container was started; the service's own words are all there is.
            return ComponentLog()
        return self.readers.log(component.custom_job, started)

    def _may_be_late(self, now: datetime) -> bool:
        if self._failed is None:
            self._failed = now
            say(self.task_id, f"job {self.job_id} failed, looking for its component's own lines")
        return now - self._failed < LATE_ENTRIES

    def _metrics(self, job: Job) -> Mapping[str, Any] | None:
        trainer = _trainer(job)
        reports = trainer is not None and trainer.state in {JobState.RUNNING, JobState.SUCCEEDED}
        return self.readers.metrics() if reports else None

    def _overdue(self, now: datetime) -> JobEvent | None:
        if now < self.deadline:
            return None
        return self._event(
            Outcome.TIMED_OUT, f"job {self.job_id} did not end by {self.deadline:%Y-%m-%d %H:%M} UTC"
        )

    def _event(self, ending: Outcome, message: str) -> JobEvent:
        return JobEvent(ending, self.job_id, message)


def _trainer(job: Job) -> Component | None:
    return next((component for component in job.components if component.name == TRAINER), None)
