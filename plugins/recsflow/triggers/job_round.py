"""One look at all jobs that are waited for, in few calls."""
# Imported inside the functions that need it, never at a DAG file's or an operator's top.

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from recsflow.hooks.vertex import PERMANENT_ERRORS, THROTTLED
from recsflow.job_kinds import JobKind

if TYPE_CHECKING:
    from recsflow.hooks.vertex import VertexHook
    from recsflow.jobs import Job

MAX_SINGLE_READS = 15
MAX_PAGES_OF_ENDED = 10


@dataclass(frozen=True)
class JobKey:
    """A job of one project and region."""

    kind: JobKind
    job_id: str


class JobRound:
    """Lists the jobs that have not ended; the few that are missing there are read one by one.

    Where many are missing, those that ended lately are listed too, and what is left over waits for the next
    round.

    Args:
        wanted: The jobs, those first that are without an answer for the longest time.
        created: When a job was created, as far as that is known.

    Attributes:
        answers: What each job was found to be, or why it could not be read.
        calls: Requests that were sent.
        throttled: Whether the service asked for fewer requests; whoever has no answer by then has this one.
    """

    def __init__(self, wanted: Sequence[JobKey], created: Mapping[JobKey, datetime]) -> None:
        self.answers: dict[JobKey, Job | Exception] = {}
        self.calls = 0
        self.throttled = False
        self._wanted = wanted
        self._created = created

    def read(self, hooks: Mapping[JobKind, VertexHook]) -> None:
        """Read the jobs of some kinds."""
        for kind, hook in hooks.items():
            try:
                self._read_kind(kind, hook)
            except THROTTLED as error:
                self.calls += 1
                self.throttled = True
                self._answer_rest(error, hooks)
                return
            except Exception as error:
                self.calls += 1
                self._answer_rest(error, [kind])

    def _read_kind(self, kind: JobKind, hook: VertexHook) -> None:
        self._list(kind, hook.pages_of_live())
        missing = self._missing([kind])
        if len(missing) > MAX_SINGLE_READS:
            known = [self._created.get(key) for key in missing]
            oldest = None if None in known else min(filter(None, known))
            self._list(kind, hook.pages_since(oldest), MAX_PAGES_OF_ENDED)
        for key in self._missing([kind])[:MAX_SINGLE_READS]:
            try:
                self.answers[key] = hook.read(key.job_id)
            except PERMANENT_ERRORS as error:
                self.answers[key] = error
            self.calls += 1

    def _list(self, kind: JobKind, pages: Iterable[Sequence[Job]], at_most: int | None = None) -> None:
        wanted = set(self._missing([kind]))
        for page in islice(pages, at_most):
            self.calls += 1
            found = {JobKey(kind, job.job_id): job for job in page}
            self.answers.update((key, job) for key, job in found.items() if key in wanted)
            wanted -= found.keys()
            if not wanted:
                return

    def _missing(self, kinds: Iterable[JobKind]) -> list[JobKey]:
        return [key for key in self._wanted if key.kind in kinds and key not in self.answers]

    def _answer_rest(self, error: Exception, kinds: Iterable[JobKind]) -> None:
        self.answers.update(dict.fromkeys(self._missing(kinds), error))
