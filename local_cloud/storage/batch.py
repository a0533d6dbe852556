"""Several calls in one request, at most 100: https://cloud.google.com/storage/docs/batch."""

from collections.abc import Awaitable, Callable
from email import policy
from email.message import Message
from email.parser import BytesParser
from http import HTTPStatus
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from local_cloud.storage.api import Route, route
from local_cloud.storage.errors import InvalidError, TooLargeError

MAX_CALLS = 100
# https://cloud.google.com/storage/docs/batch: the whole request has less than 10 MiB.
MAX_BATCH_BYTES = 10 << 20

type Answer = Callable[[Request], Awaitable[Response]]


class BatchApi:
    """The endpoint of batches.

    Args:
        call: answers one call, errors included.
    """

    def __init__(self, call: Answer) -> None:
        self._call = call

    def routes(self) -> list[Route]:
        """Returns the routes."""
        return [route("POST", "/batch/storage/v1", self.run), route("POST", "/batch", self.run)]

    async def run(self, request: Request) -> Response:
        """Makes the calls one after another and answers them in the same order."""
        body = bytearray()
        async for data in request.stream():
            body += data
            if len(body) > MAX_BATCH_BYTES:
                raise TooLargeError(f"The batch request is larger than {MAX_BATCH_BYTES} bytes.")
        calls = _calls(request.headers.get("content-type", ""), bytes(body))
        boundary = f"batch_{uuid4().hex}"
        parts = []
        for call in calls:
            answer = await self._call(_request(call, request))
            parts.append(f"--{boundary}\r\n".encode() + _part(call, answer))
        content = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return Response(content, media_type=f"multipart/mixed; boundary={boundary}")


def _calls(content_type: str, body: bytes) -> list[Message]:
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = BytesParser(policy=policy.compat32).parsebytes(head + body)
    calls = message.get_payload()
    if not message.is_multipart() or not isinstance(calls, list):
        raise InvalidError(
            "Failed to parse batch request: Content-Type must be 'multipart/mixed; boundary=…'."
        )
    if len(calls) > MAX_CALLS:
        raise InvalidError(f"The batch has {len(calls)} calls; the maximum is {MAX_CALLS}.")
    return [call for call in calls if isinstance(call, Message)]


def _request(call: Message, outer: Request) -> Request:
    payload = call.get_payload(decode=True)
    text = payload if isinstance(payload, bytes) else b""
    line, _, rest = text.lstrip().partition(b"\n")
    words = line.decode("latin-1").split()
    if len(words) < 2:
        raise InvalidError(f"Failed to parse batch request: {line!r} is no request line.")
    inner = BytesParser(policy=policy.compat32).parsebytes(rest)
    body = inner.get_payload(decode=True)
    path, _, query = words[1].partition("?")
    if "://" in path:
        path = "/" + path.split("://", 1)[1].partition("/")[2]
    scope = {
        **outer.scope,
        "method": words[0],
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", outer.headers.get("host", "").encode())]
        + [
            (name.lower().encode(), value.encode()) for name, value in inner.items() if name.lower() != "host"
        ],
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body if isinstance(body, bytes) else b"", "more_body": False}

    return Request(scope, receive)


def _part(call: Message, answer: Response) -> bytes:
    content_id = (call.get("Content-ID") or "").strip("<>")
    content = bytes(answer.body)
    headers = [f"Content-Type: {answer.headers.get('content-type', 'application/json')}"]
    headers += [f"Content-Length: {len(content)}"]
    lines = ["Content-Type: application/http"]
    lines += [f"Content-ID: <response-{content_id}>"] if content_id else []
    lines += ["", f"HTTP/1.1 {answer.status_code} {HTTPStatus(answer.status_code).phrase}", *headers, "", ""]
    return "\r\n".join(lines).encode() + content + b"\r\n"
