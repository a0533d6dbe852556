"""Waits for a job of Vertex AI without a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import TriggerEvent

from recsflow.triggers.cancelling import CancellingTrigger
from recsflow.triggers.job_poller import Location, Waiter, waiting
from recsflow.vertex.job_kinds import JobKind

if TYPE_CHECKING:
    from recsflow.vertex.hooks.vertex import VertexHook
    from recsflow.watching.watch import JobWatch


@dataclass(frozen=True, kw_only=True)
class WatchedJob:
    """What it takes to watch a job; survives a restart of the triggerer.

    Attributes:
        kind: Which of Vertex AI's services runs it.
        metrics_uri: The `training_metrics.json` that shows the epochs; empty where there is none.
        deadline_s: End of waiting, in Unix seconds.
        max_outage_s: Seconds without an answer after which the job's state counts as unknown.
    """

    kind: JobKind
    task_id: str
    gcp_conn_id: str
    project: str
    location: str
    job_id: str
    metrics_uri: str
    poll_interval_s: float
    deadline_s: float
    max_outage_s: float

    @property
    def place(self) -> Location:
        """Where all that is asked together is."""
        return Location(self.gcp_conn_id, self.project, self.location)

    def waiter(self) -> Waiter:
        """Return who waits for answers about the job."""
        return Waiter(self.kind, self.job_id, self.poll_interval_s)

    def hook(self) -> VertexHook:
        """Return a hook for the job; reads the Airflow connection."""
        return self.kind.hook(gcp_conn_id=self.gcp_conn_id, project=self.project, location=self.location)

    def watch(self) -> JobWatch:
        """Return a watch that reads the job through the hook."""
        from recsflow.vertex.component_log import ComponentLog
        from recsflow.vertex.hooks.vertex import PERMANENT_ERRORS, THROTTLED
        from recsflow.watching.metrics_reader import read_metrics
        from recsflow.watching.watch import JobReaders, JobWatch

        hook: list[VertexHook] = []

        def read_job() -> Any:
            # Made on the first look, so that an unreachable secrets backend is an outage like any other.
            if not hook:
                hook.append(self.hook())
            return hook[0].read(self.job_id)

        def read_log(custom_job: str, since: datetime) -> ComponentLog:
            from recsflow.vertex.hooks.component_logs import ComponentLogsHook

            logs = ComponentLogsHook(gcp_conn_id=self.gcp_conn_id, project=self.project)
            return logs.component_log(custom_job, since)

        return JobWatch(
            task_id=self.task_id,
            job_id=self.job_id,
            readers=JobReaders(
                job=read_job,
                metrics=lambda: read_metrics(self.metrics_uri),
                log=read_log,
                is_permanent=lambda error: isinstance(error, PERMANENT_ERRORS),
                is_throttled=lambda error: isinstance(error, THROTTLED),
            ),
            deadline=datetime.fromtimestamp(self.deadline_s, UTC),
            max_outage_s=self.max_outage_s,
        )


class VertexJobTrigger(CancellingTrigger):
    """Fires one event, when the job has ended or waiting for it has."""

    def __init__(self, **watched: Any) -> None:
        super().__init__()
        self.watched = WatchedJob(**{**watched, "kind": JobKind(watched["kind"])})

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and what makes it again elsewhere."""
        arguments = {**asdict(self.watched), "kind": self.watched.kind.value}
        return ("recsflow.triggers.vertex_job.VertexJobTrigger", arguments)

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Hear about the job, until there is an event."""
        # Imports Google's client, seconds of work that would stall every other trigger.
        watch = await asyncio.to_thread(self.watched.watch)
        event = None
        with waiting(self.watched.place, self.watched.waiter()) as waiter:
            while event is None:
                event = await asyncio.to_thread(watch.hear, await waiter.answer())
        yield TriggerEvent(event.to_payload())

    def awaited(self) -> str:
        """Return the job's name."""
        return f"job {self.watched.job_id}"

    def cancel(self) -> None:
        """Cancel the job."""
        self._hook.cancel(self.watched.job_id)

    @cached_property
    def _hook(self) -> VertexHook:
        return self.watched.hook()
