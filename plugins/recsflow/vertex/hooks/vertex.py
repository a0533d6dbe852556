"""Vertex AI with the Google provider's connection, at the address that the connection names.

The provider's own hooks always call the public endpoint. Here the connection extra `vertex_endpoint`, for
example `http://127.0.0.1:9070`, replaces it where there is one.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from airflow.providers.google.common.consts import CLIENT_INFO
from airflow.providers.google.common.hooks.base_google import GoogleBaseHook
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.api_core.operation import Operation
from google.auth.exceptions import GoogleAuthError, TransportError
from requests import exceptions as http

from include.errors import innermost
from recsflow.errors import JobRefused, VertexUnavailable
from recsflow.vertex.jobs import Job
from recsflow.vertex.quota import HIGHER_QUOTA, NO_QUOTA

CALL_TIMEOUT_S = 30.0
PERMANENT_ERRORS = (
    exceptions.NotFound,
    exceptions.Forbidden,
    exceptions.Unauthorized,
    exceptions.BadRequest,
)
# The service answers, only not this often; gRPC's RESOURCE_EXHAUSTED is one of these.
THROTTLED = exceptions.TooManyRequests
# A later try may get an answer. A TimeoutError is that of an operation that is waited for.
OUTAGES = (
    exceptions.ServerError,
    THROTTLED,
    exceptions.RetryError,
    TransportError,
    http.ConnectionError,
    http.Timeout,
    http.ChunkedEncodingError,
    TimeoutError,
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
    """Reads and cancels jobs of one kind.

    Attributes:
        lists_components: Whether a list has all that is known of a job.
    """

    lists_components: ClassVar[bool] = False

    def find(self, job_id: str) -> Job | None:
        """Read a job; None where there is none of that id.

        Raises:
            JobRefused: The service does not show it.
            VertexUnavailable: The service did not answer.
        """
        try:
            with answered(f"reading job {job_id}", may_be_gone=True):
                return self.read(job_id)
        except exceptions.NotFound:
            return None

    def cancel(self, job_id: str) -> None:
        """Ask for a job's cancellation; nothing happens to a job that is gone.

        Raises:
            JobRefused: The service does not cancel it.
            VertexUnavailable: The service did not answer.
        """
        try:
            with answered(f"cancellation of job {job_id}", may_be_gone=True):
                self.request_cancellation(job_id)
        except exceptions.NotFound:
            self.log.info("Job %s is gone; nothing to cancel.", job_id)

    @abstractmethod
    def read(self, job_id: str) -> Job:
        """Read a job; the client's own NotFound where there is none of that id."""

    def pages_of_live(self) -> Iterable[Sequence[Job]]:
        """Return our jobs that have not ended, a page a request; none of a kind that cannot be listed."""
        return ()

    def pages_since(self, created: datetime | None) -> Iterable[Sequence[Job]]:
        """Return our jobs that were created at a time or later, a page a request, whatever became of them."""
        return ()

    @abstractmethod
    def request_cancellation(self, job_id: str) -> None:
        """Ask for a job's cancellation; the client's own NotFound where there is none of that id."""


@contextmanager
def answered(request: str, *, may_be_gone: bool = False) -> Iterator[None]:
    """Tell outages of the service from what it refuses.

    Args:
        request: What is asked for, as the subject of `was refused`.
        may_be_gone: Whether NotFound is an answer, which the caller reads.

    Raises:
        JobRefused: The service does not take the request, in its own words.
        VertexUnavailable: The service did not answer, or not in time.
        AlreadyExists: The client's own error, an answer to whoever chooses ids.
    """
    try:
        yield
    except exceptions.MethodNotImplemented as error:  # a ServerError that no second try would change
        raise _refusal(request, own_words(error)) from error
    except THROTTLED as error:
        said = own_words(error)
        if NO_QUOTA in said:  # no later try has more
            raise _refusal(request, f"{said}. {HIGHER_QUOTA}") from error
        raise VertexUnavailable(
            f"Vertex AI: no answer ({said}); it was asked more often than its quota allows."
        ) from None
    except OUTAGES as error:
        said = own_words(error) if isinstance(error, exceptions.GoogleAPICallError) else innermost(error)
        raise VertexUnavailable(
            f"Vertex AI: no answer ({said or type(error).__name__}); check that the service is up."
        ) from None
    except GoogleAuthError as error:
        said = f"this account is not let in ({error}); correct the connection's credentials"
        raise _refusal(request, f"{said}.") from error
    except exceptions.GoogleAPICallError as error:
        if isinstance(error, exceptions.AlreadyExists):
            raise
        if may_be_gone and isinstance(error, exceptions.NotFound):
            raise
        raise _refusal(request, own_words(error)) from error


def _refusal(request: str, said: str) -> JobRefused:
    return JobRefused(f"{request} was refused: {said}")


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
