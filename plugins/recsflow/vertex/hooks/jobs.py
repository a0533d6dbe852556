"""What pipeline and custom jobs share beyond their watching: they can be listed and deleted."""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from google.api_core import exceptions

from include.labels import APPLICATION, APPLICATION_LABEL
from recsflow.vertex.hooks.vertex import VertexHook, answered
from recsflow.vertex.submitted_jobs import SubmittedJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from recsflow.vertex.jobs import Job

DELETION_TIMEOUT_S = 120.0
PAGE_SIZE = 100
OURS = f'labels.{APPLICATION_LABEL}="{APPLICATION}"'


class JobsHook(VertexHook):
    """Jobs whose records stay until they are deleted.

    Attributes:
        has_not_ended: Filter of the list call; a subclass says it.
        ours: Filter of the list call for jobs that we have submitted.
    """

    has_not_ended: ClassVar[str]
    ours: ClassVar[str] = OURS

    def submitted(self, since: datetime | None = None) -> list[SubmittedJob]:
        """Return our jobs with their arguments, whatever became of them.

        Args:
            since: Only jobs that were created at this time or later.

        Raises:
            VertexUnavailable: The service did not answer.
        """
        with answered("reading the jobs"):
            return self.list_submitted(self._ours_since(since))

    def pages_of_live(self) -> Iterable[Sequence[Job]]:
        """Return our jobs that have not ended, a page a request."""
        return self.list_progress(f"{self.ours} AND {self.has_not_ended}")

    def pages_since(self, created: datetime | None) -> Iterable[Sequence[Job]]:
        """Return our jobs that were created at a time or later, a page a request, whatever became of them."""
        return self.list_progress(self._ours_since(created))

    def delete(self, job_id: str) -> None:
        """Delete the record of a finished job; nothing happens to a job that is gone.

        Raises:
            JobRefused: The service does not delete it, because it runs for example.
            VertexUnavailable: The service did not answer.
        """
        try:
            with answered(f"deletion of {job_id}", may_be_gone=True):
                self.request_deletion(job_id)
        except exceptions.NotFound:
            self.log.info("Job %s is gone; nothing to delete.", job_id)

    @abstractmethod
    def list_progress(self, condition: str) -> Iterable[Sequence[Job]]:
        """Return how the jobs stand for which a filter holds, a page a request."""

    @abstractmethod
    def list_submitted(self, condition: str) -> list[SubmittedJob]:
        """Return the jobs for which a filter holds."""

    @abstractmethod
    def request_deletion(self, job_id: str) -> None:
        """Delete a job and wait for it; the client's own NotFound where there is none of that id."""

    def _ours_since(self, created: datetime | None) -> str:
        if created is None:
            return self.ours
        return f'{self.ours} AND create_time>="{created.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"'
