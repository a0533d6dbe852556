"""A parameter that an address does not have is refused: a filter that is spelt otherwise filters nothing."""

from __future__ import annotations

import difflib
from http import HTTPStatus

from fastapi import HTTPException, Request

from recsflow.page.errors import shown


def known_parameters(request: Request) -> None:
    """Refuse query parameters that the route does not have.

    Raises:
        HTTPException: There is one; says which there are.
    """
    known = _declared(request)
    for name in request.query_params:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            there_are = f"use {', '.join(known)}" if known else "leave it out"
            hint = f"did you mean {near[0]!r}? Otherwise {there_are}" if near else there_are
            raise HTTPException(
                HTTPStatus.BAD_REQUEST, f"{shown(name)} is no parameter of this address; {hint}."
            )


def _declared(request: Request) -> list[str]:
    operation = request.app.openapi()["paths"].get(request.scope["route"].path_format, {}).get("get", {})
    return [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
