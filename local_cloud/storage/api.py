"""What all parts of the API share: the route table, and reading a request's path by its escaped letters."""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from local_cloud.storage.errors import InvalidError, NotFoundError

type Handler = Callable[..., Awaitable[Response]]


@dataclass(frozen=True)
class Route:
    """One method and path.

    Attributes:
        method: of HTTP.
        pattern: matches the escaped path; '/' in a name is escaped, so that a name is one segment.
        handler: gets the request and the names in the path, unescaped.
    """

    method: str
    pattern: re.Pattern[str]
    handler: Handler


def route(method: str, path: str, handler: Handler) -> Route:
    """Returns a route for a path such as `/b/{bucket}/o/{name}`."""
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
    return Route(method, re.compile(pattern), handler)


def escaped_path(request: Request) -> str:
    """Returns the path as it was sent."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1")


async def answer(routes: Iterable[Route], request: Request) -> Response:
    """Hands a request to the route that it is for."""
    path = escaped_path(request)
    for candidate in routes:
        if candidate.method == request.method and (found := candidate.pattern.fullmatch(path)):
            names = {name: unescaped(value) for name, value in found.groupdict().items()}
            return await candidate.handler(request, **names)
    raise NotFoundError(f"Not Found: there is no {request.method} {path}; see the Cloud Storage JSON API v1.")


def unescaped(text: str) -> str:
    """Returns a name out of a path."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise InvalidError(f"Invalid name {text!r}: it is not valid UTF-8.") from None


def base_of(request: Request) -> str:
    """Returns the server's address as the client calls it."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"
