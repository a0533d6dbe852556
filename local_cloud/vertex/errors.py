"""Errors of the pipeline server.

VertexError
├── ApiError                     answered to the client in Google's error shape
│   ├── InvalidArgumentError     the request can never work
│   ├── FailedPreconditionError  the state of things forbids it
│   ├── NotFoundError            there is no such thing
│   ├── AlreadyExistsError       the id or name is taken
│   ├── ResourceExhaustedError   a quota does not allow it
│   └── UnimplementedError       Vertex does this, this server does not
├── ReplicaError                 the container of a job ended with an error
└── HostError                    the process that runs components is gone
"""

from http import HTTPStatus
from typing import ClassVar


class VertexError(Exception):
    """Base of all errors that the pipeline server raises on purpose."""


class ApiError(VertexError):
    """An error that is answered to the client.

    Attributes:
        http_status: status of the HTTP answer.
        code: name of the canonical code of google.rpc.Code.
    """

    http_status: ClassVar[HTTPStatus]
    code: ClassVar[str]


class InvalidArgumentError(ApiError):
    """The request can never work."""

    http_status = HTTPStatus.BAD_REQUEST
    code = "INVALID_ARGUMENT"


class FailedPreconditionError(ApiError):
    """The state of things forbids the request."""

    http_status = HTTPStatus.BAD_REQUEST
    code = "FAILED_PRECONDITION"


class NotFoundError(ApiError):
    """There is no such thing."""

    http_status = HTTPStatus.NOT_FOUND
    code = "NOT_FOUND"


class AlreadyExistsError(ApiError):
    """The id or name is taken."""

    http_status = HTTPStatus.CONFLICT
    code = "ALREADY_EXISTS"


class ResourceExhaustedError(ApiError):
    """A quota does not allow the request."""

    http_status = HTTPStatus.TOO_MANY_REQUESTS
    code = "RESOURCE_EXHAUSTED"


class UnimplementedError(ApiError):
    """Vertex does this, this server does not."""

    http_status = HTTPStatus.NOT_IMPLEMENTED
    code = "UNIMPLEMENTED"


class ReplicaError(VertexError):
    """The container of a job ended with an error; the text is all that Vertex AI says of it."""


class HostError(VertexError):
    """The process that runs components is gone."""
