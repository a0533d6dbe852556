"""Vertex AI Pipelines with the Google provider's connection, at the address that the connection names.

The provider's own pipeline hook always calls the public endpoint. Here the connection extra
`vertex_endpoint`, for example `http://127.0.0.1:9070`, replaces it where there is one.
"""
# Imported inside the functions that need it, never at a DAG file's or an operator's top.
# ruff: noqa: TID253

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from airflow.providers.google.common.consts import CLIENT_INFO
from airflow.providers.google.common.hooks.base_google import GoogleBaseHook
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import (
    AlreadyExists,
    ClientError,
    MethodNotImplemented,
    NotFound,
    ServiceUnavailable,
    TooManyRequests,
)
from requests import ConnectionError as HttpConnectionError

from include.errors import innermost
from recsflow.errors import JobRefused, PipelinesUnavailable
from recsflow.hooks.pipeline_service import PipelineServiceClient
from recsflow.hooks.vertex_messages import to_job, to_message
from recsflow.jobs import Job

if TYPE_CHECKING:
    from recsflow.pipeline_parameters import PipelineRequest
    from recsflow.settings import Settings

CALL_TIMEOUT_S = 30.0
REQUEST_PREFIX = re.compile(r"^[A-Z]+ https?://\S+: ")


class VertexPipelineHook(GoogleBaseHook):
    """Submits, reads and cancels pipeline jobs of one project and location."""

    def __init__(self, *, gcp_conn_id: str, project: str, location: str) -> None:
        super().__init__(gcp_conn_id=gcp_conn_id)
        self.project = project
        self.location = location

    @cached_property
    def client(self) -> PipelineServiceClient:
        """Google's client, at the connection's own endpoint over REST or at the public one over gRPC."""
        endpoint = self._get_field("vertex_endpoint")
        return PipelineServiceClient(
            credentials=self.get_credentials(),
            transport="rest" if endpoint else None,
            client_info=CLIENT_INFO,
            client_options=ClientOptions(api_endpoint=endpoint) if endpoint else self._public_endpoint(),
        )

    def _public_endpoint(self) -> ClientOptions:
        in_default_universe = self.location != "global" and self.is_default_universe()
        endpoint = f"{self.location}-aiplatform.googleapis.com:443" if in_default_universe else None
        return self.get_client_options(api_endpoint_override=endpoint)

    def find(self, job_id: str) -> Job | None:
        """Read a job; None where there is none of that id.

        Raises:
            PipelinesUnavailable: The service did not answer.
        """
        try:
            with _answered():
                return self.read(job_id)
        except NotFound:
            return None

    def read(self, job_id: str) -> Job:
        """Read a job; the client's own NotFound where there is none of that id."""
        return to_job(self.client.get_pipeline_job(name=self._name(job_id), timeout=CALL_TIMEOUT_S))

    def submit(self, job_id: str, spec: str, request: PipelineRequest, settings: Settings) -> bool:
        """Start a job; whether it is new, False where another submit of the id came first.

        Args:
            job_id: The job's id, unique in project and location.
            spec: The compiled pipeline, JSON.
            request: What to run it with.
            settings: Where artifacts go, and as whom the job runs.

        Raises:
            JobRefused: The service does not take the job as it is.
            PipelinesUnavailable: The service did not answer.
        """
        try:
            with _answered():
                self.client.create_pipeline_job(
                    parent=self.client.common_location_path(self.project, self.location),
                    pipeline_job=to_message(spec, request, settings),
                    pipeline_job_id=job_id,
                    timeout=CALL_TIMEOUT_S,
                )
        except AlreadyExists:
            return False
        except TooManyRequests:
            raise
        except (ClientError, MethodNotImplemented) as error:
            # Over REST the client puts the method and the address before the service's own words.
            words = REQUEST_PREFIX.sub("", error.message)
            raise JobRefused(f"pipeline job {job_id} was refused: {words}") from error
        return True

    def cancel(self, job_id: str) -> None:
        """Ask for a job's cancellation; nothing happens to a job that is gone."""
        try:
            self.client.cancel_pipeline_job(name=self._name(job_id), timeout=CALL_TIMEOUT_S)
        except NotFound:
            self.log.info("Pipeline job %s is gone; nothing to cancel.", job_id)

    def _name(self, job_id: str) -> str:
        return self.client.pipeline_job_path(self.project, self.location, job_id)


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except (HttpConnectionError, ServiceUnavailable) as error:
        raise PipelinesUnavailable(
            f"Vertex AI Pipelines: no answer ({innermost(error)}); check that the service is up."
        ) from None
