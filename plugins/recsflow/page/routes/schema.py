"""The OpenAPI schema, behind the same login as what it describes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from recsflow.page.conditional import ConditionalRoute

router = APIRouter(route_class=ConditionalRoute, include_in_schema=False)


@router.get("/openapi.json")
def schema(request: Request) -> dict[str, Any]:
    """Return the schema of the page's application."""
    return {**request.app.openapi(), "servers": [{"url": request.scope["root_path"]}]}
