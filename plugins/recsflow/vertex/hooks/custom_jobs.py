"""Vertex AI custom jobs: submits, reads and cancels the container of a trainer."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from google.protobuf.field_mask_pb2 import FieldMask

from include.labels import COMPONENT_LABEL, INPUTS_LABEL
from recsflow.vertex.hooks.jobs import DELETION_TIMEOUT_S, OURS, PAGE_SIZE, JobsHook
from recsflow.vertex.hooks.vertex import CALL_TIMEOUT_S, answered
from recsflow.vertex.jobs import REUSABLE
from recsflow.vertex.messages.custom_job import (
    HAS_NOT_ENDED,
    PROGRESS_FIELDS,
    to_job,
    to_message,
    to_submitted,
)
from recsflow.vertex.messages.job_service import JobServiceClient

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from recsflow.settings import Settings
    from recsflow.vertex.jobs import Job
    from recsflow.vertex.requests.container import ContainerRequest
    from recsflow.vertex.submitted_jobs import SubmittedJob

NEVER = datetime.min.replace(tzinfo=UTC)


class CustomJobsHook(JobsHook):
    """Custom jobs, whose ids the service chooses."""

    has_not_ended = HAS_NOT_ENDED
    # Those that run the components of a pipeline job have its labels, and this one is on no pipeline job.
    ours = f"{OURS} AND labels.{COMPONENT_LABEL}:*"
    lists_components = True

    @cached_property
    def client(self) -> JobServiceClient:
        """Google's client."""
        return JobServiceClient(**self.client_arguments())

    def read(self, job_id: str) -> Job:
        """Read a job; the client's own NotFound where there is none of that id."""
        return to_job(self.client.get_custom_job(name=self._name(job_id), timeout=CALL_TIMEOUT_S))

    def find_live(self, inputs: str) -> Job | None:
        """Return the newest job with these inputs that runs or has succeeded.

        Args:
            inputs: Value of the label by which equal jobs are known.

        Raises:
            VertexUnavailable: The service did not answer.
        """
        wanted = {"parent": self._parent(), "filter": f'labels.{INPUTS_LABEL}="{inputs}"'}
        with answered("reading the custom jobs"):
            messages = list(self.client.list_custom_jobs(request=wanted, timeout=CALL_TIMEOUT_S))
        live = [job for job in map(to_job, messages) if job.state in REUSABLE]
        return max(live, key=lambda job: job.created or NEVER, default=None)

    def submit(self, request: ContainerRequest, settings: Settings) -> str:
        """Start a job and return its id.

        Raises:
            JobRefused: The service does not take the job as it is.
            VertexUnavailable: The service did not answer.
        """
        with answered(f"custom job of {request.experiment_id}"):
            created = self.client.create_custom_job(
                parent=self._parent(), custom_job=to_message(request, settings), timeout=CALL_TIMEOUT_S
            )
        return str(created.name.rpartition("/")[-1])

    def request_cancellation(self, job_id: str) -> None:
        """Ask for a job's cancellation; the client's own NotFound where there is none of that id."""
        self.client.cancel_custom_job(name=self._name(job_id), timeout=CALL_TIMEOUT_S)

    def list_progress(self, condition: str) -> Iterable[Sequence[Job]]:
        """Return how the jobs stand for which a filter holds, a page a request."""
        wanted = {
            "parent": self._parent(),
            "filter": condition,
            "page_size": PAGE_SIZE,
            "read_mask": FieldMask(paths=PROGRESS_FIELDS),
        }
        pages = self.client.list_custom_jobs(request=wanted, timeout=CALL_TIMEOUT_S).pages
        return ([to_job(message) for message in page.custom_jobs] for page in pages)

    def list_submitted(self, condition: str) -> list[SubmittedJob]:
        """Return the jobs for which a filter holds."""
        wanted = {"parent": self._parent(), "filter": condition}
        found = self.client.list_custom_jobs(request=wanted, timeout=CALL_TIMEOUT_S)
        return [to_submitted(message) for message in found]

    def request_deletion(self, job_id: str) -> None:
        """Delete a job and wait for it; the client's own NotFound where there is none of that id."""
        deletion = self.client.delete_custom_job(name=self._name(job_id), timeout=CALL_TIMEOUT_S)
        deletion.result(timeout=DELETION_TIMEOUT_S)

    def _parent(self) -> str:
        return self.client.common_location_path(self.project, self.location)

    def _name(self, job_id: str) -> str:
        return self.client.custom_job_path(self.project, self.location, job_id)
