"""Errors of the storage server, answered in Google's shape.

Statuses and reasons: https://cloud.google.com/storage/docs/json_api/v1/status-codes,
codes of the XML API: https://cloud.google.com/storage/docs/xml-api/reference-status.

StorageApiError
├── InvalidError              400, the request can never work
├── RequiredError             400, something is missing
├── ForbiddenError            403
├── NotFoundError             404
├── ConflictError             409, the name is taken, or the bucket is not empty
├── GoneError                 410, the upload was cancelled
├── LengthRequiredError       411
├── PreconditionError         412
├── TooLargeError             413
├── RangeError                416
├── TooManyRequestsError      429
└── UnimplementedError        501, Cloud Storage does this, this server does not
"""

import json
from http import HTTPStatus
from typing import ClassVar
from xml.sax.saxutils import escape


class StorageApiError(Exception):
    """An error that is answered to the client.

    Attributes:
        status: status of the HTTP answer.
        reason: why, in the words of the JSON API.
        code: why, in the words of the XML API.
        domain: of the reason.
    """

    status: ClassVar[HTTPStatus]
    reason: ClassVar[str]
    code: ClassVar[str]
    domain: ClassVar[str] = "global"

    @property
    def as_json(self) -> bytes:
        """The answer of the JSON API."""
        detail = {"message": str(self), "domain": self.domain, "reason": self.reason}
        return json.dumps(
            {"error": {"code": int(self.status), "message": str(self), "errors": [detail]}}
        ).encode()

    @property
    def as_xml(self) -> bytes:
        """The answer of the XML API."""
        return (
            f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{self.code}</Code>"
            f"<Message>{escape(str(self))}</Message></Error>"
        ).encode()


class InvalidError(StorageApiError):
    """The request can never work."""

    status, reason, code = HTTPStatus.BAD_REQUEST, "invalid", "InvalidArgument"


class RequiredError(StorageApiError):
    """Something is missing in the request."""

    status, reason, code = HTTPStatus.BAD_REQUEST, "required", "InvalidArgument"


class ForbiddenError(StorageApiError):
    """The caller may not do this."""

    status, reason, code = HTTPStatus.FORBIDDEN, "forbidden", "AccessDenied"


class NotFoundError(StorageApiError):
    """There is no such bucket, object or upload."""

    status, reason, code = HTTPStatus.NOT_FOUND, "notFound", "NoSuchKey"


class ConflictError(StorageApiError):
    """The name is taken, or the bucket is not empty."""

    status, reason, code = HTTPStatus.CONFLICT, "conflict", "Conflict"


class GoneError(StorageApiError):
    """The upload was cancelled."""

    status, reason, code = HTTPStatus.GONE, "gone", "NoSuchUpload"


class LengthRequiredError(StorageApiError):
    """The request has a body of unknown length."""

    status, reason, code = HTTPStatus.LENGTH_REQUIRED, "required", "MissingContentLength"


class PreconditionError(StorageApiError):
    """A condition of the request does not hold."""

    status, reason, code = HTTPStatus.PRECONDITION_FAILED, "conditionNotMet", "PreconditionFailed"


class TooLargeError(StorageApiError):
    """The request is larger than what is allowed."""

    status, reason, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "uploadTooLarge", "EntityTooLarge"


class RangeError(StorageApiError):
    """The range begins behind the object's end."""

    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    reason, code = "requestedRangeNotSatisfiable", "InvalidRange"


class TooManyRequestsError(StorageApiError):
    """One object is written too often."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    reason, code = "rateLimitExceeded", "SlowDown"
    domain = "usageLimits"


class UnimplementedError(StorageApiError):
    """Cloud Storage does this, this server does not."""

    status, reason, code = HTTPStatus.NOT_IMPLEMENTED, "notImplemented", "NotImplemented"
