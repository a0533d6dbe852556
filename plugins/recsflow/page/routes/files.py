"""The files of an experiment, as text; the quality report as a page that can do nothing."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, HTTPException, Response

from include import storage
from include.overview.files import TITLES, kind_of
from recsflow.page.access import ReaderDep, readable_card
from recsflow.page.conditional import ConditionalRoute
from recsflow.page.errors import REFUSALS, shown
from recsflow.page.experiment_cards import StoreDep

router = APIRouter(
    prefix="/api/experiments/{experiment_id}", route_class=ConditionalRoute, responses=REFUSALS
)
# A page of generated HTML has an origin of its own there, runs nothing and fetches nothing.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"


@router.get(
    "/files/{name}",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}, "text/html": {}}, "description": "The file."}},
)
def experiment_file(experiment_id: str, name: str, who: ReaderDep, store: StoreDep) -> Response:
    """Return a file."""
    readable_card(experiment_id, who, store)
    folder = store.layout.experiment(experiment_id)
    # Looked up among the names that there can be: none that is asked for becomes a path.
    if name in TITLES:
        try:
            return _sent(name, storage.read_bytes(f"{folder.uri}/{name}"))
        except FileNotFoundError:
            pass
    there_are = ", ".join(each for each in storage.list_names(folder.uri) if each in TITLES)
    raise HTTPException(
        HTTPStatus.NOT_FOUND,
        f"The experiment has no file {shown(name)}; {f'it has {there_are}' if there_are else 'it has none'}.",
    )


def _sent(name: str, content: bytes) -> Response:
    kind = "text/html" if kind_of(name) == "html" else "text/plain"
    return Response(content, media_type=kind, headers={"Content-Security-Policy": SANDBOX})
