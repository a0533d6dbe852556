"""Vertex AI Pipelines through the Google provider's hook, at the address that the connection names.

The provider's hook always calls the public endpoint. The connection extra `vertex_endpoint`, for example
`http://127.0.0.1:9070`, replaces it; without the extra the provider's own behaviour is untouched.
"""
# Imported inside the functions that need it, never at a DAG file's or an operator's top.
# ruff: noqa: TID253

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.google.cloud.hooks.vertex_ai.pipeline_job import PipelineJobHook
from airflow.providers.google.common.consts import CLIENT_INFO
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import AlreadyExists, ClientError, NotFound, TooManyRequests
from google.cloud.aiplatform_v1 import PipelineServiceClient

from recsflow.errors import JobRefused
from recsflow.hooks.vertex_messages import to_job, to_message
from recsflow.jobs import Job

if TYPE_CHECKING:
    from recsflow.pipeline_parameters import PipelineRequest
    from recsflow.settings import Settings

CALL_TIMEOUT_S = 30.0


class VertexPipelineHook(PipelineJobHook):
    """Submits, reads and cancels pipeline jobs of one project and location."""

    def __init__(self, *, gcp_conn_id: str, project: str, location: str) -> None:
        super().__init__(gcp_conn_id=gcp_conn_id)
        self.project = project
        self.location = location
        self._client: PipelineServiceClient | None = None

    @property
    def endpoint(self) -> str | None:
        """The connection's own endpoint, if it names one."""
        return self._get_field("vertex_endpoint")

    def _get_api_endpoint(self, region: str | None = None) -> str | None:
        return self.endpoint or super()._get_api_endpoint(region)

    def get_pipeline_service_client(self, region: str | None = None) -> PipelineServiceClient:
        """Return the provider's client, or one for the connection's endpoint, made once."""
        if self._client is None:
            self._client = (
                self._endpoint_client() if self.endpoint else super().get_pipeline_service_client(region)
            )
        return self._client

    def _endpoint_client(self) -> PipelineServiceClient:
        return PipelineServiceClient(
            credentials=self.get_credentials(),
            transport="rest",
            client_info=CLIENT_INFO,
            client_options=ClientOptions(api_endpoint=self.endpoint),
        )

    def find(self, job_id: str) -> Job | None:
        """Read a job; None where there is none of that id."""
        try:
            return self.read(job_id)
        except NotFound:
            return None

    def read(self, job_id: str) -> Job:
        """Read a job; the client's own NotFound where there is none of that id."""
        message = self.get_pipeline_job(
            project_id=self.project, region=self.location, pipeline_job_id=job_id, timeout=CALL_TIMEOUT_S
        )
        return to_job(message)

    def submit(self, job_id: str, spec: str, request: PipelineRequest, settings: Settings) -> bool:
        """Start a job; whether it is new, False where another submit of the id came first.

        Raises:
            JobRefused: The service does not take the job as it is.
        """
        try:
            self.create_pipeline_job(
                project_id=self.project,
                region=self.location,
                pipeline_job=to_message(spec, request, settings),
                pipeline_job_id=job_id,
                timeout=CALL_TIMEOUT_S,
            )
        except AlreadyExists:
            return False
        except TooManyRequests:
            raise
        except ClientError as error:
            raise JobRefused(f"pipeline job {job_id} was refused: {error.message}") from error
        return True

    def cancel(self, job_id: str) -> None:
        """Ask for a job's cancellation; nothing happens to a job that is gone."""
        client = self.get_pipeline_service_client(self.location)
        name = client.pipeline_job_path(self.project, self.location, job_id)
        try:
            client.cancel_pipeline_job(name=name, timeout=CALL_TIMEOUT_S)
        except NotFound:
            self.log.info("Pipeline job %s is gone; nothing to cancel.", job_id)
