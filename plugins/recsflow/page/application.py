"""The application that serves the Experiments page: JSON below `api/`, the bundle below `static/`.

It only reads. What changes a run goes to Airflow's own API, as the user.
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Depends, FastAPI, HTTPException

from recsflow.page.access import signed_in
from recsflow.page.errors import answer_in_sentences, shown
from recsflow.page.parameters import known_parameters
from recsflow.page.routes import bundle, compare, experiment, experiments, files, schema, status, training

RESOURCES = (experiments, experiment, training, files, compare, status, schema, bundle)


def make_application() -> FastAPI:
    """Return the application, of which every route asks who is there."""
    application = FastAPI(
        title="recsflow Experiments",
        version="1",
        description="What the Experiments page shows. Every address asks for Airflow's login and reads.",
        dependencies=[Depends(signed_in)],
        # FastAPI's own addresses of these would ask nobody who they are.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    answer_in_sentences(application)
    for resource in RESOURCES:
        application.include_router(resource.router, dependencies=[Depends(known_parameters)])
    application.add_api_route("/{path:path}", _nothing, include_in_schema=False)
    return application


def _nothing(path: str) -> None:
    raise HTTPException(
        HTTPStatus.NOT_FOUND, f"There is nothing at {shown(path)}; openapi.json says what there is."
    )


APPLICATION = make_application()
