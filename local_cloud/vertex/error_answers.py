"""Errors as answers: Google's error model over HTTP (https://cloud.google.com/apis/design/errors)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local_cloud.vertex.errors import ApiError


def answer_error(_request: Request, error: Exception) -> Response:
    """Answers an error in the shape that Google's clients turn into their exceptions."""
    if not isinstance(error, ApiError):
        raise error
    content = {"error": {"code": int(error.http_status), "message": str(error), "status": error.code}}
    return JSONResponse(content, status_code=error.http_status)
