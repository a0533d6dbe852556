"""Pages for people: models with their versions, and what each endpoint serves."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from local_cloud.vertex import markup
from local_cloud.vertex.errors import NotFoundError
from local_cloud.vertex.serving_folders import ServingFolders
from local_cloud.vertex.serving_store import ServingStore


class ServingPages:
    """Pages about models and endpoints.

    Args:
        store: models and endpoints.
        folders: where endpoints serve from.
    """

    def __init__(self, store: ServingStore, folders: ServingFolders) -> None:
        self._store = store
        self._folders = folders

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        return [
            Route("/console/models", self.index),
            Route("/console/models/{model}", self.model),
            Route("/console/endpoints/{endpoint}", self.endpoint),
        ]

    def index(self, _request: Request) -> Response:
        """Lists all models and endpoints."""
        models = [
            (markup.link(f"/console/models/{_id(model)}", _id(model)), model["versionId"])
            for model in self._store.models()
        ]
        endpoints = [
            (
                markup.link(f"/console/endpoints/{_id(endpoint)}", endpoint["displayName"]),
                ", ".join(_served(each) for each in endpoint.get("deployedModels", [])),
            )
            for endpoint in self._store.endpoints()
        ]
        body = [
            markup.table(("Model", "Default version"), models) if models else "No model yet.",
            markup.Html("<h2>Endpoints</h2>"),
            markup.table(("Endpoint", "Serves"), endpoints) if endpoints else "No endpoint yet.",
        ]
        return HTMLResponse(markup.page("Models", markup.join(body)))

    def model(self, request: Request) -> Response:
        """Shows the versions of a model."""
        wanted = request.path_params["model"]
        names = [model["name"] for model in self._store.models() if _id(model) == wanted]
        if not names:
            raise NotFoundError(f"There is no model {wanted!r}; see the list of models.")
        rows = [
            (
                version["versionId"],
                ", ".join(version["versionAliases"]),
                version.get("versionDescription", ""),
                version["artifactUri"],
                markup.moment(version["versionCreateTime"]),
            )
            for version in self._store.versions(names[0])
        ]
        header = ("Version", "Aliases", "Description", "SavedModel", "Uploaded")
        return HTMLResponse(markup.page(wanted, markup.table(header, rows)))

    def endpoint(self, request: Request) -> Response:
        """Shows what an endpoint serves, and from which folder."""
        wanted = request.path_params["endpoint"]
        found = next((each for each in self._store.endpoints() if _id(each) == wanted), None)
        if found is None:
            raise NotFoundError(f"There is no endpoint {wanted!r}; see the list of models.")
        split = found.get("trafficSplit", {})
        rows = [
            (
                markup.link(f"/console/models/{_id({'name': each['model']})}", _served(each)),
                f"{split.get(each['id'], 0)} %",
                str(self._folders.place(found["displayName"], each["modelVersionId"])),
                markup.moment(each["createTime"]),
            )
            for each in found.get("deployedModels", [])
        ]
        header = ("Serves", "Traffic", "Folder", "Since")
        body = markup.table(header, rows) if rows else "It serves no model."
        return HTMLResponse(markup.page(found["displayName"], body))


def _id(message: dict[str, Any]) -> str:
    return str(message["name"].rpartition("/")[2])


def _served(deployed: dict[str, Any]) -> str:
    return f"{deployed['model'].rpartition('/')[2]}, version {deployed['modelVersionId']}"
