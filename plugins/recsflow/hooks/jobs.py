"""What pipeline and custom jobs share beyond their watching: they can be listed and deleted."""
# Imported inside the functions that need it, never at a DAG file's or an operator's top.

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime

from google.api_core import exceptions

from recsflow.hooks.vertex import VertexHook, answered
from recsflow.submitted_jobs import APPLICATION, APPLICATION_LABEL, SubmittedJob

DELETION_TIMEOUT_S = 120.0


class JobsHook(VertexHook):
    """Jobs whose records stay until they are deleted."""

    def submitted(self, since: datetime | None = None) -> list[SubmittedJob]:
        """Return our jobs with what they were told, whatever became of them.

        Args:
            since: Only jobs that were created at this time or later.

        Raises:
            VertexUnavailable: The service did not answer.
        """
        conditions = [f'labels.{APPLICATION_LABEL}="{APPLICATION}"']
        if since is not None:
            conditions.append(f'create_time>="{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"')
        with answered("reading the jobs"):
            return self.list_submitted(" AND ".join(conditions))

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
    def list_submitted(self, condition: str) -> list[SubmittedJob]:
        """Return the jobs for which a filter holds."""

    @abstractmethod
    def request_deletion(self, job_id: str) -> None:
        """Delete a job and wait for it; the client's own NotFound where there is none of that id."""
