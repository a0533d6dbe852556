"""Asks Vertex AI for all triggers of a process at once: one poller a connection, project and region."""

from __future__ import annotations

import asyncio
import contextvars
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recsflow.vertex.job_kinds import AnyJobKind
from recsflow.vertex.jobs import Job

if TYPE_CHECKING:
    from datetime import datetime

    from recsflow.triggers.job_round import JobKey, JobRound
    from recsflow.vertex.hooks.vertex import VertexHook

JITTER = 0.2
MAX_BACKOFF_S, MAX_DOUBLINGS = 240.0, 10
# Vertex AI takes 600 resource calls a minute and region, from everybody in the project together:
# https://cloud.google.com/vertex-ai/docs/quotas
MIN_S_A_CALL = 0.5


@dataclass(frozen=True)
class Location:
    """Whom a poller asks, and as whom."""

    gcp_conn_id: str
    project: str
    location: str


@dataclass(eq=False)
class Waiter:
    """A trigger that waits for answers about its job."""

    kind: AnyJobKind
    job_id: str
    interval_s: float
    _answers: asyncio.Queue[Job | Exception] = field(default_factory=asyncio.Queue)

    async def answer(self) -> Job | Exception:
        """Return the next answer: the job, or why it could not be read."""
        return await self._answers.get()

    def tell(self, answer: Job | Exception) -> None:
        """Let the trigger have an answer; one that it has not taken yet is out of date."""
        while not self._answers.empty():
            self._answers.get_nowait()
        self._answers.put_nowait(answer)


class JobPoller:
    """Looks at the jobs of its waiters, round after round, until nobody waits."""

    def __init__(self, where: Location) -> None:
        self.waiters: list[Waiter] = []
        self._where = where
        self._hooks: dict[AnyJobKind, VertexHook] = {}
        self._created: dict[JobKey, datetime] = {}
        self._read_alone: dict[JobKey, float] = {}
        self._throttled_rounds = 0
        # In a context of its own: what it logs belongs to no trigger's task.
        self._task = asyncio.get_running_loop().create_task(self._poll(), context=contextvars.Context())

    def stop(self) -> None:
        """End it, even in the middle of a round."""
        self._task.cancel()

    async def _poll(self) -> None:
        while True:
            waiters = list(self.waiters)
            try:
                # Google's client blocks, and its import takes seconds.
                answers, calls = await asyncio.to_thread(self._round, waiters)
            except Exception as error:
                answers, calls = dict.fromkeys(waiters, error), 0
            for waiter, answer in answers.items():
                waiter.tell(answer)
            interval_s = min((waiter.interval_s for waiter in self.waiters), default=0.0)
            await asyncio.sleep(pause_s(interval_s, self._throttled_rounds, calls, _random.uniform(-1, 1)))

    def _round(self, waiters: list[Waiter]) -> tuple[dict[Waiter, Job | Exception], int]:
        from recsflow.triggers.job_round import JobKey, JobRound

        keys = {waiter: JobKey(waiter.kind, waiter.job_id) for waiter in waiters}
        wanted = sorted(set(keys.values()), key=lambda key: self._read_alone.get(key, 0.0))
        looked = JobRound(wanted, self._created)
        kinds = sorted({waiter.kind for waiter in waiters}, key=lambda kind: kind.name)
        looked.read({kind: self._hook(kind) for kind in kinds})
        self._remember(looked, wanted)
        found = {waiter: looked.answers[key] for waiter, key in keys.items() if key in looked.answers}
        return found, looked.calls

    def _hook(self, kind: AnyJobKind) -> VertexHook:
        # Made on the first look, so that an unreachable secrets backend is an outage like any other.
        if kind not in self._hooks:
            self._hooks[kind] = kind.hook(self._where)
        return self._hooks[kind]

    def _remember(self, looked: JobRound, wanted: Iterable[JobKey]) -> None:
        for key, answer in looked.answers.items():
            if isinstance(answer, Job) and answer.created:
                self._created[key] = answer.created
        self._read_alone.update(dict.fromkeys(looked.read_alone, time.monotonic()))
        self._created = {key: self._created[key] for key in wanted if key in self._created}
        self._read_alone = {key: self._read_alone[key] for key in wanted if key in self._read_alone}
        self._throttled_rounds = self._throttled_rounds + 1 if looked.throttled else 0


def pause_s(interval_s: float, throttled_rounds: int, calls: int, chance: float) -> float:
    """Return the seconds until the next round.

    Args:
        interval_s: What the waiters want.
        throttled_rounds: How many rounds, up to the last one, were asked for fewer requests.
        calls: Requests of the last round.
        chance: From -1 to 1; keeps triggerers that started together from asking together.
    """
    backed_off = min(interval_s * 2.0 ** min(throttled_rounds, MAX_DOUBLINGS), max(MAX_BACKOFF_S, interval_s))
    return max(backed_off * (1 + JITTER * chance), calls * MIN_S_A_CALL)


_random = random.SystemRandom()
_pollers: dict[tuple[asyncio.AbstractEventLoop, Location], JobPoller] = {}


@contextmanager
def waiting(where: Location, waiter: Waiter) -> Iterator[Waiter]:
    """Let the poller of a project and region tell a waiter about its job, until the block is left."""
    place = (asyncio.get_running_loop(), where)
    poller = _pollers.get(place) or _pollers.setdefault(place, JobPoller(where))
    poller.waiters.append(waiter)
    try:
        yield waiter
    finally:
        poller.waiters.remove(waiter)
        if not poller.waiters:
            poller.stop()
            del _pollers[place]
