"""Waiting for a process by what it does and not by the clock, since a slow machine is no fault.

A process gets on while it, or anything that it started, uses the CPU or writes to one of its logs. Waiting
for it ends when it has ended, or has done neither for a while.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from include.errors import RecsflowError

IDLE_LIMIT_S = 120.0
POLL_S = 0.2
LOOK_EVERY_S = 1.0
REPORT_EVERY_S = 30.0
SHORT_IDLE_S = 15.0
# A server with nothing to do wakes up a few times a second, which is a tenth of this.
MIN_CPU_SHARE = 0.005
# Of a gap between two looks, as after a stop of the watcher itself, no more counts as idle.
MAX_STEP_S = 10.0


class ProcessStalled(RecsflowError):
    """A process ended before it had done what was waited for, or does nothing any more."""


@dataclass(frozen=True)
class Reading:
    """What processes had done up to a moment; CPU seconds of all of them, and bytes of their logs."""

    cpu_s: float
    log_bytes: int


class Activity:
    """Looks whether processes get on, everything that they started included.

    Args:
        pids: The processes; the first is the one that is waited for, others work for it.
        logs: Files that they write.
        clock: Seconds, from any start.
    """

    def __init__(
        self, *pids: int, logs: Iterable[Path] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        found = [_process(pid) for pid in pids]
        self._waited_for = found[0] if found else None
        self._processes = [process for process in found if process]
        self._logs = tuple(logs)
        self._clock = clock
        self._looked = self._marked = clock()
        self._mark = self._reading()
        self.idle_s = 0.0

    def __str__(self) -> str:
        if self.idle_s < SHORT_IDLE_S:
            return f"gets on, {self.cpu_s:.0f} s of CPU so far"
        return f"has done nothing for {self.idle_s:.0f} s"

    @property
    def cpu_s(self) -> float:
        """CPU seconds that were used up to the last look at which something had been done."""
        return self._mark.cpu_s

    @property
    def lives(self) -> bool:
        """Whether the process that is waited for has not ended."""
        return self._waited_for is not None and _lives(self._waited_for)

    def kill(self) -> None:
        """End the process that is waited for, and all that it started."""
        for process in tree(self._waited_for) if self._waited_for else ():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def look(self) -> float:
        """Look again; returns for how many seconds nothing has been done."""
        now, reading = self._clock(), self._reading()
        used_s = reading.cpu_s - self._mark.cpu_s
        if used_s > MIN_CPU_SHARE * (now - self._marked) or reading.log_bytes != self._mark.log_bytes:
            self._mark, self._marked, self.idle_s = reading, now, 0.0
        else:
            # What a child had used is forgotten with it where nobody waited for it.
            self._mark = Reading(min(reading.cpu_s, self._mark.cpu_s), reading.log_bytes)
            self.idle_s += min(now - self._looked, MAX_STEP_S)
        self._looked = now
        return self.idle_s

    def _reading(self) -> Reading:
        alive = {found for process in self._processes for found in tree(process)}
        return Reading(sum(map(_cpu_s, alive)), sum(map(_size, self._logs)))


def wait_until(
    done: Callable[[], bool],
    activity: Activity,
    *,
    what: str,
    say: Callable[[str], None] = lambda _: None,
    idle_limit_s: float | None = None,
) -> None:
    """Wait until something holds, for as long as the process that brings it about gets on.

    Args:
        done: Whether it holds.
        activity: The process.
        what: What has not happened yet, as messages begin: `vertex: port 9070 does not answer`.
        say: Takes a line now and then while it takes long.
        idle_limit_s: Seconds without a sign of life after which the wait ends; IDLE_LIMIT_S by default.

    Raises:
        ProcessStalled: The process ended without it, or does nothing any more.
    """
    limit_s = IDLE_LIMIT_S if idle_limit_s is None else idle_limit_s
    began = looked = reported = time.monotonic()
    while not done():
        now = time.monotonic()
        if not activity.lives:
            if done():
                return
            raise ProcessStalled(f"{what}: its process has ended.")
        if now - looked >= min(LOOK_EVERY_S, limit_s):
            looked = now
            if activity.look() >= limit_s:
                raise ProcessStalled(
                    f"{what}: its process has used no CPU and written nothing for {activity.idle_s:.0f} s."
                )
        if now - reported >= REPORT_EVERY_S:
            reported = now
            say(f"{what} after {now - began:.0f} s; its process {activity}.")
        time.sleep(POLL_S)


def tree(process: psutil.Process) -> Sequence[psutil.Process]:
    """Return a process and all that descend from it and are alive."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _lives(process: psutil.Process) -> bool:
    try:
        # A process whose first thread has ended looks like one that has, while its other threads still end.
        is_zombie = process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1
        return bool(process.is_running()) and not is_zombie
    except psutil.NoSuchProcess:
        return False


def _cpu_s(process: psutil.Process) -> float:
    try:
        # Those of children that have ended are the parent's.
        return float(sum(process.cpu_times()[:4]))
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0


def _size(log: Path) -> int:
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0
