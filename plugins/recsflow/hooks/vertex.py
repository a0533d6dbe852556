"""Vertex AI Pipelines through the Google provider's hook, at the address that the connection names.

The provider's hook always calls the public endpoint. The connection extra `vertex_endpoint`, for example
`http://127.0.0.1:9070`, replaces it; without the extra the provider's own behaviour is untouched.
"""
# Imported inside the functions that need it, never at a DAG file's or an operator's top.
# ruff: noqa: TID253

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from airflow.providers.google.cloud.hooks.vertex_ai.pipeline_job import PipelineJobHook
from airflow.providers.google.common.consts import CLIENT_INFO
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import AlreadyExists, NotFound
from google.cloud import aiplatform
from google.cloud.aiplatform_v1 import PipelineServiceClient

from include.storage import local_path
from recsflow.hooks.vertex_messages import to_job
from recsflow.jobs import Job

if TYPE_CHECKING:
    from recsflow.pipeline_parameters import PipelineRequest
    from recsflow.settings import Settings

CALL_TIMEOUT_S = 30.0
MAX_LABEL = 63


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

    def get_pipeline_job_object(self, *args: Any, **kwargs: Any) -> aiplatform.PipelineJob:
        """Return the provider's job, its own client pointed at the connection's endpoint."""
        if self.endpoint:
            aiplatform.init(
                project=self.project,
                location=self.location,
                credentials=self.get_credentials(),
                api_endpoint=self.endpoint,
                api_transport="rest",
            )
        return super().get_pipeline_job_object(*args, **kwargs)

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

    def submit(self, job_id: str, spec_path: str, request: PipelineRequest, settings: Settings) -> bool:
        """Start a job with caching on; whether it is new, False where another submit of the id came first."""
        try:
            self.submit_pipeline_job(
                project_id=self.project,
                region=self.location,
                display_name=job_id,
                template_path=spec_path,
                job_id=job_id,
                pipeline_root=local_path(settings.pipeline_root),
                parameter_values=request.parameters,
                enable_caching=True,
                labels={key: label(value) for key, value in request.labels.items()},
                failure_policy="fast",
                service_account=settings.service_account,
                create_request_timeout=CALL_TIMEOUT_S,
            )
        except AlreadyExists:
            return False
        return True

    def cancel(self, job_id: str) -> None:
        """Ask for a job's cancellation; nothing happens to a job that is gone."""
        client = self.get_pipeline_service_client(self.location)
        name = client.pipeline_job_path(self.project, self.location, job_id)
        try:
            client.cancel_pipeline_job(name=name, timeout=CALL_TIMEOUT_S)
        except NotFound:
            self.log.info("Pipeline job %s is gone; nothing to cancel.", job_id)


def label(value: str) -> str:
    """Return a value as Google Cloud allows it in a label."""
    return re.sub(r"[^a-z0-9_-]", "-", value.lower())[:MAX_LABEL]
