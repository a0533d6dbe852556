"""Waits for a job of Vertex AI without a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import TriggerEvent

from recsflow.triggers.cancelling import CancellingTrigger
from recsflow.triggers.job_poller import Location, Waiter, waiting
from recsflow.watching.watched_job import WatchedJob

if TYPE_CHECKING:
    from recsflow.vertex.hooks.vertex import VertexHook


class VertexJobTrigger(CancellingTrigger):
    """Fires one event, when the job has ended or waiting for it has."""

    def __init__(self, **watched: Any) -> None:
        super().__init__()
        self.watched = WatchedJob.from_payload(watched)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and what makes it again elsewhere."""
        return ("recsflow.triggers.vertex_job.VertexJobTrigger", self.watched.to_payload())

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Hear about the job, until there is an event."""
        # Imports Google's client, seconds of work that would stall every other trigger.
        watch = await asyncio.to_thread(self.watched.watch)
        event, watched = None, self.watched
        place = Location(watched.gcp_conn_id, watched.project, watched.location)
        with waiting(place, Waiter(watched.kind, watched.job_id, watched.poll_interval_s)) as waiter:
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
