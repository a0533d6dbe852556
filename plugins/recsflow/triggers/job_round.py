"""One look at all jobs that are waited for, in few calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from recsflow.vertex.hooks.vertex import PERMANENT_ERRORS, THROTTLED
from recsflow.vertex.job_kinds import AnyJobKind
from recsflow.vertex.jobs import ENDED, Job, JobState

if TYPE_CHECKING:
    from recsflow.vertex.hooks.vertex import VertexHook

MAX_SINGLE_READS = 15
MAX_PAGES_OF_ENDED = 10


@dataclass(frozen=True)
class JobKey:
    """A job of one project and region."""

    kind: AnyJobKind
    job_id: str


class JobRound:
    """Reads a few jobs one by one, and lists them where they are many.

    A list does not have a pipeline job's components (`PipelineJob.job_detail` is "not available in the list
    view"), so some jobs are read by themselves all the same: those that failed first, then others that ended,
    then those that run, in turns. What is only listed has no components; what failed waits for its turn.

    Args:
        wanted: The jobs, those first that were not read by themselves for the longest time.
        created: When a job was created, as far as that is known.

    Attributes:
        answers: What each job was found to be, or why it could not be read.
        read_alone: The jobs that were read by themselves.
        calls: Requests that were sent.
        throttled: Whether the service asked for fewer requests; whoever has no answer by then has this one.
    """

    def __init__(self, wanted: Sequence[JobKey], created: Mapping[JobKey, datetime]) -> None:
        self.answers: dict[JobKey, Job | Exception] = {}
        self.read_alone: list[JobKey] = []
        self.calls = 0
        self.throttled = False
        self._wanted = wanted
        self._created = created

    def read(self, hooks: Mapping[AnyJobKind, VertexHook]) -> None:
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

    def _read_kind(self, kind: AnyJobKind, hook: VertexHook) -> None:
        wanted = self._unanswered([kind])
        listed = self._list(kind, wanted, hook) if len(wanted) > MAX_SINGLE_READS else {}
        if hook.lists_components:
            self.answers.update(listed)
        alone = sorted(self._unanswered([kind]), key=lambda key: _rank(listed.get(key)))[:MAX_SINGLE_READS]
        for key in alone:
            try:
                self.answers[key] = hook.read(key.job_id)
            except PERMANENT_ERRORS as error:
                self.answers[key] = error
            self.calls += 1
            self.read_alone.append(key)
        rest = (key for key in self._unanswered([kind]) if key in listed)
        self.answers.update({key: listed[key] for key in rest if listed[key].state is not JobState.FAILED})

    def _list(self, kind: AnyJobKind, wanted: Sequence[JobKey], hook: VertexHook) -> dict[JobKey, Job]:
        listed = self._found(kind, wanted, hook.pages_of_live())
        ended = [key for key in wanted if key not in listed]
        if len(ended) > MAX_SINGLE_READS:
            known = [self._created.get(key) for key in ended]
            oldest = None if None in known else min(filter(None, known))
            pages = islice(hook.pages_since(oldest), MAX_PAGES_OF_ENDED)
            listed |= self._found(kind, ended, pages)
        return listed

    def _found(
        self, kind: AnyJobKind, wanted: Iterable[JobKey], pages: Iterable[Sequence[Job]]
    ) -> dict[JobKey, Job]:
        missing, found = set(wanted), {}
        for page in pages:
            self.calls += 1
            found.update({key: job for job in page if (key := JobKey(kind, job.job_id)) in missing})
            missing -= found.keys()
            if not missing:
                break
        return found

    def _unanswered(self, kinds: Iterable[AnyJobKind]) -> list[JobKey]:
        return [key for key in self._wanted if key.kind in kinds and key not in self.answers]

    def _answer_rest(self, error: Exception, kinds: Iterable[AnyJobKind]) -> None:
        self.answers.update(dict.fromkeys(self._unanswered(kinds), error))


def _rank(listed: Job | None) -> int:
    if listed is None or listed.state is JobState.FAILED:
        return 0
    return 1 if listed.state in ENDED else 2
