"""Waits for a build of Cloud Build without a worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import TriggerEvent

from recsflow.triggers.cancelling import CancellingTrigger

if TYPE_CHECKING:
    from recsflow.compilers.build_hook import BuildHook
    from recsflow.compilers.build_watch import BuildWatch


@dataclass(frozen=True, kw_only=True)
class WatchedBuild:
    """What it takes to watch a build; survives a restart of the triggerer.

    Attributes:
        task_id: The Airflow task that waits.
        topology: Key of what it compiles.
        deadline_s: End of waiting, in Unix seconds.
        max_outage_s: Seconds without an answer after which waiting ends.
    """

    task_id: str
    gcp_conn_id: str
    project: str
    location: str
    build_id: str
    topology: str
    poll_interval_s: float
    deadline_s: float
    max_outage_s: float = 300.0

    def hook(self) -> BuildHook:
        """Return a hook for the build; reads the Airflow connection."""
        from recsflow.compilers.build_hook import BuildHook

        return BuildHook(gcp_conn_id=self.gcp_conn_id)

    def watch(self) -> BuildWatch:
        """Return a watch that reads the build through the hook."""
        from recsflow.compilers.build_watch import BuildReaders, BuildWatch
        from recsflow.vertex.hooks.component_logs import ComponentLogsHook
        from recsflow.vertex.hooks.vertex import PERMANENT_ERRORS

        hook = self.hook()
        logs = ComponentLogsHook(gcp_conn_id=self.gcp_conn_id, project=self.project)
        return BuildWatch(
            self.build_id,
            BuildReaders(
                build=lambda: hook.read(self.build_id, project=self.project, location=self.location),
                log=lambda build: logs.build_log(self.build_id, build.failed_step, build.created),
                is_permanent=lambda error: isinstance(error, PERMANENT_ERRORS),
                clock=time.time,
            ),
            deadline_s=self.deadline_s,
            max_outage_s=self.max_outage_s,
        )

    def cancel(self) -> None:
        """Cancel the build."""
        self.hook().cancel(self.build_id, project=self.project, location=self.location)


class BuildTrigger(CancellingTrigger):
    """Fires one event, when the build has ended or waiting for it has."""

    def __init__(self, **watched: Any) -> None:
        super().__init__()
        self.watched = WatchedBuild(**watched)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and what makes it again elsewhere."""
        return ("recsflow.triggers.build.BuildTrigger", asdict(self.watched))

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look at the build, until there is an event."""
        watch = await asyncio.to_thread(lambda: self._watch)
        while (end := await asyncio.to_thread(watch.look)) is None:
            await asyncio.sleep(self.watched.poll_interval_s)
        if end.is_overdue:
            await asyncio.to_thread(self.cancel)
        yield TriggerEvent({"error": end.error, "topology": self.watched.topology})

    def awaited(self) -> str:
        """Return the build's name."""
        return f"build {self.watched.build_id}"

    def cancel(self) -> None:
        """Cancel the build."""
        self.watched.cancel()

    @cached_property
    def _watch(self) -> BuildWatch:
        return self.watched.watch()
