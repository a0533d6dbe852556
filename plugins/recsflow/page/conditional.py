"""Answers that are sent once: whoever has the same one already gets 304 in its place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

# What one user may read is not for another one, and nobody takes a copy without asking.
CACHING = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
# A browser takes a file for what we say that it is.
AS_SAID = {"X-Content-Type-Options": "nosniff"}


class ConditionalRoute(APIRoute):
    """A route whose answers carry an ETag of their body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the comparison behind it."""
        handler = super().get_route_handler()

        async def conditional(request: Request) -> Response:
            return _unless_known(request, await handler(request))

        return conditional


def _unless_known(request: Request, response: Response) -> Response:
    if response.status_code != HTTPStatus.OK:
        return response
    # Weak: Airflow compresses the body on its way.
    etag = f'W/"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    for name, value in {**CACHING, **AS_SAID, "ETag": etag}.items():
        response.headers.setdefault(name, value)
    known = [each.strip() for each in request.headers.get("If-None-Match", "").split(",")]
    if etag not in known and "*" not in known:
        return response
    kept = {name: response.headers[name] for name in ("ETag", *CACHING)}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=kept)
