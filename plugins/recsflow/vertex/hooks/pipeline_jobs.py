"""Vertex AI Pipelines: submits, reads and cancels pipeline jobs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from google.api_core.exceptions import AlreadyExists, NotFound, TooManyRequests
from google.api_core.retry import Retry, if_exception_type
from google.protobuf.field_mask_pb2 import FieldMask

from recsflow.vertex.hooks.jobs import DELETION_TIMEOUT_S, PAGE_SIZE, JobsHook
from recsflow.vertex.hooks.vertex import CALL_TIMEOUT_S, answered
from recsflow.vertex.messages.metadata_service import MetadataServiceClient
from recsflow.vertex.messages.pipeline_job import (
    HAS_NOT_ENDED,
    PROGRESS_FIELDS,
    Submission,
    to_job,
    to_message,
    to_submission,
    to_submitted,
)
from recsflow.vertex.messages.pipeline_service import PipelineJob, PipelineServiceClient

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from recsflow.settings import Settings
    from recsflow.vertex.jobs import Job
    from recsflow.vertex.requests.pipeline import PipelineRequest
    from recsflow.vertex.submitted_jobs import SubmittedJob

# Hundreds of jobs are more than a minute's quota of requests.
PATIENT = Retry(if_exception_type(TooManyRequests), initial=2.0, maximum=20.0, timeout=300.0)


class PipelineJobsHook(JobsHook):
    """Pipeline jobs, whose ids we choose."""

    has_not_ended = HAS_NOT_ENDED

    @cached_property
    def client(self) -> PipelineServiceClient:
        """Google's client."""
        return PipelineServiceClient(**self.client_arguments())

    def read(self, job_id: str) -> Job:
        """Read a job; the client's own NotFound where there is none of that id."""
        return to_job(self._get(job_id))

    def submission(self, job_id: str) -> Submission | None:
        """Read a job and what it was submitted with; None where there is none of that id.

        Raises:
            VertexUnavailable: The service did not answer.
        """
        try:
            with answered(f"reading job {job_id}", may_be_gone=True):
                return to_submission(self._get(job_id))
        except NotFound:
            return None

    def submit(self, job_id: str, spec: str, request: PipelineRequest, settings: Settings) -> bool:
        """Start a job; whether it is new, False where another submit of the id came first.

        Args:
            job_id: The job's id, unique in project and location.
            spec: The compiled pipeline, JSON.
            request: What to run it with.
            settings: Where artifacts go, and as whom the job runs.

        Raises:
            JobRefused: The service does not take the job as it is.
            VertexUnavailable: The service did not answer.
        """
        try:
            with answered(f"pipeline job {job_id}"):
                self.client.create_pipeline_job(
                    parent=self.client.common_location_path(self.project, self.location),
                    pipeline_job=to_message(spec, request, settings),
                    pipeline_job_id=job_id,
                    timeout=CALL_TIMEOUT_S,
                )
        except AlreadyExists:
            return False
        return True

    def request_cancellation(self, job_id: str) -> None:
        """Ask for a job's cancellation; the client's own NotFound where there is none of that id."""
        self.client.cancel_pipeline_job(name=self._name(job_id), timeout=CALL_TIMEOUT_S)

    def list_progress(self, condition: str) -> Iterable[Sequence[Job]]:
        """Return how the jobs stand for which a filter holds, a page a request."""
        wanted = {
            "parent": self.client.common_location_path(self.project, self.location),
            "filter": condition,
            "page_size": PAGE_SIZE,
            "read_mask": FieldMask(paths=PROGRESS_FIELDS),
        }
        pages = self.client.list_pipeline_jobs(request=wanted, timeout=CALL_TIMEOUT_S).pages
        return ([to_job(message) for message in page.pipeline_jobs] for page in pages)

    def list_submitted(self, condition: str) -> list[SubmittedJob]:
        """Return the jobs for which a filter holds.

        Each is read by itself: what its components made is not in the list view.
        """
        wanted = {"parent": self.client.common_location_path(self.project, self.location)}
        found = self.client.list_pipeline_jobs(
            request={**wanted, "filter": condition}, timeout=CALL_TIMEOUT_S
        )
        names = [message.name for message in found]
        return [to_submitted(job) for job in map(self._read_listed, names) if job is not None]

    def _read_listed(self, name: str) -> PipelineJob | None:
        try:
            return self.client.get_pipeline_job(name=name, timeout=CALL_TIMEOUT_S, retry=PATIENT)
        except NotFound:
            return None  # deleted since it was listed

    def request_deletion(self, job_id: str) -> None:
        """Delete a job and wait for it; the client's own NotFound where there is none of that id."""
        deletion = self.client.delete_pipeline_job(name=self._name(job_id), timeout=CALL_TIMEOUT_S)
        deletion.result(timeout=DELETION_TIMEOUT_S)

    def forget_results(self, executions: Iterable[str]) -> None:
        """Let the engine find results no more: it hands out what it knows without a look at the files.

        Args:
            executions: Resource names in Vertex ML Metadata; nothing happens to those that are gone.
        """
        client = None
        for name in executions:
            client = client or MetadataServiceClient(**self.client_arguments())
            try:
                with answered(f"deletion of {name}", may_be_gone=True):
                    client.delete_execution(name=name, timeout=CALL_TIMEOUT_S).result(DELETION_TIMEOUT_S)
            except NotFound:
                self.log.info("%s is gone; nothing to forget.", name)

    def _get(self, job_id: str) -> PipelineJob:
        return self.client.get_pipeline_job(name=self._name(job_id), timeout=CALL_TIMEOUT_S)

    def _name(self, job_id: str) -> str:
        return self.client.pipeline_job_path(self.project, self.location, job_id)
