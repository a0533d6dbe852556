"""The files of the page's bundle, for whoever is logged in."""

from __future__ import annotations

import mimetypes
import re
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, HTTPException, Response

from recsflow.page.conditional import ConditionalRoute
from recsflow.page.errors import REFUSALS, shown

FOLDER = Path(__file__).resolve().parents[1] / "static"
# Another content has another name.
_HASHED = re.compile(r".*[-.][0-9A-Za-z_]{8,}\.\w+")
_FOR_EVER = "private, max-age=31536000, immutable"
router = APIRouter(route_class=ConditionalRoute, responses=REFUSALS)


@router.get("/static/{name:path}", response_class=Response)
def bundle_file(name: str) -> Response:
    """Return a file of the bundle."""
    # Looked up among the names that there are: none that is asked for becomes a path.
    files = {str(path.relative_to(FOLDER)): path for path in FOLDER.rglob("*") if path.is_file()}
    found = files.get(name)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"The bundle has no file {shown(name)}.")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"Cache-Control": _FOR_EVER} if _HASHED.fullmatch(name) else {}
    return Response(found.read_bytes(), media_type=kind, headers=headers)
