"""The endpoints API: create, get, list, change traffic, deploy and undeploy; a copy of each served model."""

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.cloud.aiplatform_v1.types import Endpoint
from google.protobuf import json_format
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.vertex import listing
from local_cloud.vertex.deploy_request import (
    NEW,
    check_split,
    read_deployment,
    read_endpoint,
    read_undeployment,
    read_update,
)
from local_cloud.vertex.errors import AlreadyExistsError, FailedPreconditionError, NotFoundError
from local_cloud.vertex.message_checks import json_of
from local_cloud.vertex.operations import Operations
from local_cloud.vertex.serving_folders import ServingFolders, saved_model
from local_cloud.vertex.serving_store import DEFAULT_ALIAS, Message, ServingStore
from local_cloud.vertex.states import now


class EndpointsApi:
    """Endpoints that serve models.

    Args:
        store: endpoints and models.
        operations: answers of what takes long on Vertex AI.
        folders: where models are served from; what no endpoint serves is removed from there.
    """

    def __init__(self, store: ServingStore, operations: Operations, folders: ServingFolders) -> None:
        self._store = store
        self._operations = operations
        self._folders = folders
        self._lock = threading.Lock()
        folders.keep_only(place for endpoint in store.endpoints() for place in self._places(endpoint))

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        endpoints = "/v1/projects/{project}/locations/{location}/endpoints"
        return [
            Route(endpoints, self.create, methods=["POST"]),
            Route(endpoints, self.list, methods=["GET"]),
            Route(endpoints + "/{endpoint}:deployModel", self.deploy, methods=["POST"]),
            Route(endpoints + "/{endpoint}:undeployModel", self.undeploy, methods=["POST"]),
            Route(endpoints + "/{endpoint}", self.get, methods=["GET"]),
            Route(endpoints + "/{endpoint}", self.update, methods=["PATCH"]),
        ]

    async def create(self, request: Request) -> Response:
        """Creates an endpoint, which serves nothing yet."""
        return await run_in_threadpool(self._create, request, read_endpoint(await json_of(request)))

    def _create(self, request: Request, wanted: Message) -> Response:
        with self._lock:
            name = wanted["displayName"]
            if any(endpoint["displayName"] == name for endpoint in self._store.endpoints()):
                raise AlreadyExistsError(
                    f"There is an endpoint {name!r} already; the local server serves from a folder of that "
                    "name, so that it takes one."
                )
            path = f"{_parent(request)}/endpoints/{uuid.uuid4().int % 10**18}"
            endpoint = {**wanted, "name": path, "createTime": now()}
            self._store.save_endpoint(endpoint)
        return self._operations.created(path, "CreateEndpoint", "Endpoint", _message(endpoint))

    def list(self, request: Request) -> Response:
        """Answers the endpoints of a location."""
        query = request.query_params
        endpoints = [_message(endpoint) for endpoint in self._store.endpoints(f"{_parent(request)}/")]
        found = listing.select(endpoints, query.get("filter", ""))
        page, token = listing.page(found, query.get("pageSize", ""), query.get("pageToken", ""))
        return JSONResponse({"endpoints": page, **({"nextPageToken": token} if token else {})})

    def get(self, request: Request) -> Response:
        """Answers one endpoint with what it serves."""
        return JSONResponse(_message(self._store.endpoint(_name(request))))

    async def update(self, request: Request) -> Response:
        """Divides an endpoint's traffic anew."""
        wanted = read_update(await json_of(request), request.query_params.get("updateMask", ""))
        return await run_in_threadpool(self._update, _name(request), wanted)

    def _update(self, name: str, split: dict[str, int]) -> Response:
        with self._lock:
            endpoint = self._store.endpoint(name)
            check_split(split, {each["id"] for each in endpoint.get("deployedModels", [])})
            changed = {**endpoint, "trafficSplit": split}
            self._store.save_endpoint(changed)
        return JSONResponse(_message(changed))

    async def deploy(self, request: Request) -> Response:
        """Serves a version of a model."""
        return await run_in_threadpool(self._deploy, _name(request), read_deployment(await json_of(request)))

    def _deploy(self, name: str, wanted: Message) -> Response:
        with self._lock:
            endpoint = self._store.endpoint(name)
            model, _, reference = wanted["deployedModel"]["model"].partition("@")
            version = self._store.version(model, reference or DEFAULT_ALIAS)
            source = saved_model(version["artifactUri"])
            number = version["versionId"]
            place = self._folders.place(endpoint["displayName"], number)
            deployed = endpoint.get("deployedModels", [])
            if place in self._places(endpoint):
                raise FailedPreconditionError(
                    f"{place} serves version {number} of a model already; undeploy it first."
                )
            check_split(wanted.get("trafficSplit", {}), {NEW, *(each["id"] for each in deployed)})
            try:
                self._folders.put(endpoint["displayName"], number, source)
            except OSError as error:
                return self._operations.failed(name, "DeployModel", f"{source} is not copied: {error}")
            new = {"displayName": version["displayName"], **wanted["deployedModel"]}
            new |= {"id": str(uuid.uuid4().int % 10**10), "model": model, "modelVersionId": number}
            new["createTime"] = now()
            shares = wanted.get("trafficSplit") or endpoint.get("trafficSplit", {})
            split = {new["id"] if key == NEW else key: share for key, share in shares.items()}
            changed = {"deployedModels": [*deployed, new], "trafficSplit": split}
            self._store.save_endpoint({**endpoint, **changed})
        return self._operations.succeeded(name, "DeployModel", {"deployedModel": new})

    async def undeploy(self, request: Request) -> Response:
        """Serves a model no more."""
        wanted = read_undeployment(await json_of(request))
        return await run_in_threadpool(self._undeploy, _name(request), wanted)

    def _undeploy(self, name: str, wanted: Message) -> Response:
        with self._lock:
            endpoint = self._store.endpoint(name)
            model_id = wanted.get("deployedModelId", "")
            kept = [each for each in endpoint.get("deployedModels", []) if each["id"] != model_id]
            gone = [each for each in endpoint.get("deployedModels", []) if each["id"] == model_id]
            if not gone:
                raise NotFoundError(f"{name} serves no deployed model {model_id!r}.")
            split = (wanted.get("trafficSplit") or endpoint.get("trafficSplit", {})) if kept else {}
            if split.get(model_id):
                raise FailedPreconditionError(
                    f"Deployed model {model_id!r} has {split[model_id]} % of the traffic of {name}; give it "
                    "to another one with trafficSplit."
                )
            check_split(split, {each["id"] for each in kept})
            self._store.save_endpoint({**endpoint, "deployedModels": kept, "trafficSplit": split})
            self._folders.remove(endpoint["displayName"], gone[0]["modelVersionId"])
        return self._operations.succeeded(name, "UndeployModel", {})

    def _places(self, endpoint: Message) -> Iterator[Path]:
        for each in endpoint.get("deployedModels", []):
            yield self._folders.place(endpoint["displayName"], each["modelVersionId"])


def _parent(request: Request) -> str:
    return f"projects/{request.path_params['project']}/locations/{request.path_params['location']}"


def _name(request: Request) -> str:
    return f"{_parent(request)}/endpoints/{request.path_params['endpoint']}"


def _message(endpoint: Message) -> dict[str, Any]:
    # Through the message and back, so that nothing is answered that a client could not read.
    return json_format.MessageToDict(json_format.ParseDict(endpoint, Endpoint.pb()()))
