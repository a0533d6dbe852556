"""Vertex AI with the Google provider's connection, at the address that the connection names.

The provider's own hooks always call the public endpoint. Here the connection extra `vertex_endpoint`, for
example `http://127.0.0.1:9070`, replaces it where there is one.
"""
# Imported inside the functions that need it, never at a DAG file's or an operator's top.
# ruff: noqa: TID253

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.providers.google.common.consts import CLIENT_INFO
from airflow.providers.google.common.hooks.base_google import GoogleBaseHook
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.api_core.operation import Operation
from requests import ConnectionError as HttpConnectionError

from include.errors import innermost
from recsflow.errors import JobRefused, VertexUnavailable
from recsflow.jobs import Job

CALL_TIMEOUT_S = 30.0
PERMANENT_ERRORS = (
    exceptions.NotFound,
    exceptions.Forbidden,
    exceptions.Unauthorized,
    exceptions.BadRequest,
)
REQUEST_PREFIX = re.compile(r"^[A-Z]+ https?://\S+: ")


class VertexConnection(GoogleBaseHook):
    """What Google's clients of Vertex AI are made with, in one project and location."""

    def __init__(self, *, gcp_conn_id: str, project: str, location: str) -> None:
        super().__init__(gcp_conn_id=gcp_conn_id)
        self.project = project
        self.location = location

    def client_arguments(self) -> dict[str, Any]:
        """Return what Google's clients need: the connection's own endpoint over REST, or the public one."""
        endpoint = self._get_field("vertex_endpoint")
        return {
            "credentials": self.get_credentials(),
            "transport": "rest" if endpoint else None,
            "client_info": CLIENT_INFO,
            "client_options": (ClientOptions(api_endpoint=endpoint) if endpoint else self._public_endpoint()),
        }

    def _public_endpoint(self) -> ClientOptions:
        in_default_universe = self.location != "global" and self.is_default_universe()
        endpoint = f"{self.location}-aiplatform.googleapis.com:443" if in_default_universe else None
        return self.get_client_options(api_endpoint_override=endpoint)


class VertexHook(VertexConnection):
    """Reads and cancels jobs of one kind."""

    def find(self, job_id: str) -> Job | None:
        """Read a job; None where there is none of that id.

        Raises:
            VertexUnavailable: The service did not answer.
        """
        try:
            with answered():
                return self.read(job_id)
        except exceptions.NotFound:
            return None

    def cancel(self, job_id: str) -> None:
        """Ask for a job's cancellation; nothing happens to a job that is gone."""
        try:
            self.request_cancellation(job_id)
        except exceptions.NotFound:
            self.log.info("Job %s is gone; nothing to cancel.", job_id)

    @abstractmethod
    def read(self, job_id: str) -> Job:
        """Read a job; the client's own NotFound where there is none of that id."""

    @abstractmethod
    def request_cancellation(self, job_id: str) -> None:
        """Ask for a job's cancellation; the client's own NotFound where there is none of that id."""


@contextmanager
def answered() -> Iterator[None]:
    """Tell an outage of the service from its answers."""
    try:
        yield
    except (HttpConnectionError, exceptions.ServiceUnavailable) as error:
        raise VertexUnavailable(
            f"Vertex AI: no answer ({innermost(error)}); check that the service is up."
        ) from None


@contextmanager
def refused(job: str) -> Iterator[None]:
    """Tell what the service does not take, in its own words; `job` says which."""
    try:
        yield
    except (exceptions.TooManyRequests, exceptions.AlreadyExists):
        raise
    except (exceptions.ClientError, exceptions.MethodNotImplemented) as error:
        raise JobRefused(f"{job} was refused: {own_words(error)}") from error


def ended(operation: Operation, what: str, timeout_s: float) -> Any:
    """Wait for an operation that takes a minute, and return its result.

    Raises:
        VertexUnavailable: It did not end in time.
    """
    try:
        return operation.result(timeout=timeout_s)
    except TimeoutError:
        raise VertexUnavailable(f"Vertex AI: {what} did not end within {timeout_s:.0f} s.") from None


def own_words(error: exceptions.GoogleAPICallError) -> str:
    """Return the service's own words; over REST the client puts the method and the address before them."""
    return REQUEST_PREFIX.sub("", str(error.message))
