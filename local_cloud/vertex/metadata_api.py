"""Vertex ML Metadata, as far as results are forgotten by it: executions can be deleted.

https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.metadataStores.executions/delete
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.vertex import messages
from local_cloud.vertex.errors import NotFoundError
from local_cloud.vertex.states import new_number, now
from local_cloud.vertex.store import Store


class MetadataApi:
    """Endpoint of executions.

    Args:
        store: jobs and results.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        executions = "/v1/projects/{project}/locations/{location}/metadataStores/default/executions"
        return [Route(executions + "/{execution}", self.delete, methods=["DELETE"])]

    def delete(self, request: Request) -> Response:
        """Forgets an execution: no later job takes its results."""
        path = request.path_params
        if not self._store.delete_execution(path["execution"]):
            raise NotFoundError(f"{request.url.path.removeprefix('/v1/')} does not exist.")
        parent = f"projects/{path['project']}/locations/{path['location']}"
        return JSONResponse(messages.finished_deletion(f"{parent}/operations/{new_number()}", now()))
