"""Waits for a build of Cloud Build without a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import TriggerEvent

from recsflow.compilers.watched_build import WatchedBuild
from recsflow.triggers.cancelling import CancellingTrigger

if TYPE_CHECKING:
    from recsflow.compilers.build_watch import BuildWatch


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
        await asyncio.sleep(self.watched.first_look_s)
        while (end := await asyncio.to_thread(watch.look)) is None:
            await asyncio.sleep(self.watched.poll_interval_s)
        if end.is_overdue:
            await asyncio.to_thread(self.watched.cancel)
        cancelled = end.is_cancelled and self.watched.is_own
        yield TriggerEvent({"error": end.error, "topology": self.watched.topology, "is_cancelled": cancelled})

    def awaited(self) -> str:
        """Return the build's name."""
        return f"build {self.watched.build_id}"

    def cancel(self) -> None:
        """Cancel the build, unless it is another experiment's, which waits for it too."""
        if self.watched.is_own:
            self.watched.cancel()

    @cached_property
    def _watch(self) -> BuildWatch:
        return self.watched.watch()
