"""Watch a build: one look at a time, errors bounded, the compiler's own lines at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from recsflow.vertex.component_log import ComponentLog

# Entries arrive in Cloud Logging some seconds after a build's end.
LATE_ENTRIES_S = 30.0
WORKING = frozenset({"STATUS_UNKNOWN", "PENDING", "QUEUED", "WORKING"})


@dataclass(frozen=True)
class BuildState:
    """A build as the service reports it.

    Attributes:
        status: Name of its status in Cloud Build's API.
        detail: The service's own words about it.
        failed_step: Number of the step that failed; None where none did.
        log_url: Page of its log.
    """

    status: str
    detail: str
    failed_step: int | None
    created: datetime
    log_url: str


@dataclass(frozen=True)
class LiveBuild:
    """A build that has not ended."""

    build_id: str
    tags: frozenset[str]


@dataclass(frozen=True)
class BuildReaders:
    """How a watch sees the world.

    Attributes:
        build: Reads the build; raises when the service does not answer.
        log: Reads what the step that failed wrote last.
        is_permanent: Whether an error of `build` will not go away.
        clock: The time, in Unix seconds.
    """

    build: Callable[[], BuildState]
    log: Callable[[BuildState], ComponentLog]
    is_permanent: Callable[[Exception], bool]
    clock: Callable[[], float]


@dataclass(frozen=True)
class BuildEnd:
    """How waiting for a build ended.

    Attributes:
        error: Why it did not compile; empty where it did.
        is_overdue: Whether it still works.
        is_cancelled: Whether somebody cancelled it.
    """

    error: str = ""
    is_overdue: bool = False
    is_cancelled: bool = False


class BuildWatch:
    """Looks at a build.

    Args:
        build_id: The build.
        readers: How to look.
        deadline_s: When waiting ends, in Unix seconds.
        max_outage_s: Seconds without an answer after which waiting ends.
    """

    def __init__(
        self, build_id: str, readers: BuildReaders, *, deadline_s: float, max_outage_s: float
    ) -> None:
        self._build_id = build_id
        self._readers = readers
        self._deadline_s = deadline_s
        self._max_outage_s = max_outage_s
        self._answered_s: float | None = None
        self._failed_s: float | None = None

    def look(self) -> BuildEnd | None:
        """Look once; how waiting ended, or None where it goes on."""
        now_s = self._readers.clock()
        try:
            build = self._readers.build()
        except Exception as error:
            return self._no_answer(error, now_s)
        self._answered_s = now_s
        if build.status == "SUCCESS":
            return BuildEnd()
        if build.status == "CANCELLED":
            said = f"Cloud Build {self._build_id} was cancelled before it had compiled the pipeline"
            return BuildEnd(f"{said}; its log: {build.log_url}", is_cancelled=True)
        if build.status not in WORKING:
            return self._failure(build, now_s)
        if now_s < self._deadline_s:
            return None
        said = f"Cloud Build {self._build_id} is {build.status} past its time and was cancelled"
        return BuildEnd(f"{said}; see {build.log_url}", is_overdue=True)

    def _no_answer(self, error: Exception, now_s: float) -> BuildEnd | None:
        self._answered_s = now_s if self._answered_s is None else self._answered_s
        lasts_s = now_s - self._answered_s
        if self._readers.is_permanent(error) or lasts_s > self._max_outage_s:
            return BuildEnd(f"Cloud Build {self._build_id} cannot be read: {error}")
        return None

    def _failure(self, build: BuildState, now_s: float) -> BuildEnd | None:
        log = self._readers.log(build)
        self._failed_s = now_s if self._failed_s is None else self._failed_s
        if not log.is_complete and now_s - self._failed_s < LATE_ENTRIES_S:
            return None
        what = f"Cloud Build {self._build_id} did not compile the pipeline: {build.status}"
        lines = [f"{what}, {build.detail}" if build.detail else what, log.text, log.problem]
        return BuildEnd("\n".join(part for part in [*lines, f"Its log: {build.log_url}"] if part))
