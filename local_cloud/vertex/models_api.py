"""The models API, as far as a registry of versions needs it: upload, get, list, aliases."""

import re
from typing import Any

from google.cloud.aiplatform_v1.types import MergeVersionAliasesRequest, Model, UploadModelRequest
from google.protobuf import json_format
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.vertex import listing
from local_cloud.vertex.bucket_region import check_bucket_region
from local_cloud.vertex.errors import AlreadyExistsError, InvalidArgumentError, NotFoundError
from local_cloud.vertex.message_checks import (
    check_display_name,
    check_labels,
    json_of,
    parse,
    refuse_unknown,
)
from local_cloud.vertex.operations import Operations
from local_cloud.vertex.serving_folders import saved_model
from local_cloud.vertex.serving_store import DEFAULT_ALIAS, ServingStore
from local_cloud.vertex.states import now

IMPLEMENTED = {
    "uploadModelRequest": {"parent", "model", "modelId", "parentModel"},
    "model": {
        *("displayName", "description", "versionDescription", "versionAliases"),
        *("artifactUri", "containerSpec", "labels"),
    },
    "model.containerSpec": {"imageUri"},
}
MODEL_ID = re.compile(r"[a-z_][a-z0-9_-]{0,62}")
ALIAS = re.compile(r"[a-z][a-zA-Z0-9-]{0,126}[a-z0-9]")


class ModelsApi:
    """Endpoints of the Model Registry.

    Args:
        store: models.
        operations: answers of what takes long on Vertex AI.
    """

    def __init__(self, store: ServingStore, operations: Operations) -> None:
        self._store = store
        self._operations = operations

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        models = "/v1/projects/{project}/locations/{location}/models"
        return [
            Route(models + ":upload", self.upload, methods=["POST"]),
            Route(models, self.list, methods=["GET"]),
            Route(models + "/{model}:listVersions", self.list_versions, methods=["GET"]),
            Route(models + "/{model}:mergeVersionAliases", self.merge_aliases, methods=["POST"]),
            Route(models + "/{model}", self.get, methods=["GET"]),
        ]

    async def upload(self, request: Request) -> Response:
        """Adds a model, or a version to the model that is named as the parent."""
        return await run_in_threadpool(self._upload, request, await json_of(request))

    def _upload(self, request: Request, body: object) -> Response:
        wanted = parse(body, UploadModelRequest)
        model = check_upload(wanted)
        check_bucket_region(model["artifactUri"], request.path_params["location"], "model.artifactUri")
        name = self._name(request, wanted)
        created = {**model, "createTime": now(), "versionCreateTime": now()}
        version = self._store.add_version(name, created, created.pop("versionAliases", []))
        response = {"model": name, "modelVersionId": version["versionId"]}
        return self._operations.succeeded(name, "UploadModel", response)

    def _name(self, request: Request, wanted: dict[str, Any]) -> str:
        parent = wanted.get("parentModel")
        if parent:
            self._store.version(parent)
            return str(parent)
        model_id = wanted.get("modelId", "")
        if not MODEL_ID.fullmatch(model_id):
            raise InvalidArgumentError(
                f"modelId is {model_id!r}; use up to 63 lower-case letters, digits, '_' and '-', a letter or "
                "'_' first."
            )
        name = f"{_parent(request)}/models/{model_id}"
        if self._store.versions(name):
            raise AlreadyExistsError(f"{name} already exists; upload a version with parentModel.")
        return name

    def list(self, request: Request) -> Response:
        """Answers the default version of each model of a location."""
        query = request.query_params
        models = [_message(model) for model in self._store.models(f"{_parent(request)}/")]
        found = listing.select(models, query.get("filter", ""))
        page, token = listing.page(found, query.get("pageSize", ""), query.get("pageToken", ""))
        return JSONResponse({"models": page, **({"nextPageToken": token} if token else {})})

    def list_versions(self, request: Request) -> Response:
        """Answers all versions of a model, the newest first."""
        name, _ = _named(request)
        return JSONResponse({"models": [_message(version) for version in self._store.versions(name)]})

    def get(self, request: Request) -> Response:
        """Answers the version that a number or an alias refers to, the default one without either."""
        name, reference = _named(request)
        return JSONResponse(_message(self._store.version(name, reference or DEFAULT_ALIAS)))

    async def merge_aliases(self, request: Request) -> Response:
        """Moves aliases to a version; those that begin with '-' are taken from it."""
        name, number = _named(request)
        wanted = parse(await json_of(request), MergeVersionAliasesRequest).get("versionAliases", [])
        added = {alias for alias in wanted if not alias.startswith("-")}
        removed = {alias[1:] for alias in wanted if alias.startswith("-")}
        _check_aliases(added | removed)
        if not number.isdecimal():
            raise InvalidArgumentError(f"{name}@{number} names no version; write it as <model>@<number>.")
        if DEFAULT_ALIAS in removed:
            raise InvalidArgumentError(f"A model keeps the alias {DEFAULT_ALIAS!r}; move it instead.")
        self._store.version(name, number)
        self._store.merge_aliases(name, int(number), added, removed)
        return JSONResponse(_message(self._store.version(name, number)))


def check_upload(wanted: dict[str, Any]) -> dict[str, Any]:
    """Returns the model of an upload request; refuses one that could not be served."""
    refuse_unknown(wanted, "uploadModelRequest", IMPLEMENTED)
    model: dict[str, Any] = wanted.get("model", {})
    refuse_unknown(model, "model", IMPLEMENTED)
    check_display_name(model, "model")
    check_labels(model.get("labels", {}), "model")
    _check_aliases(set(model.get("versionAliases", [])))
    container = model.get("containerSpec", {})
    refuse_unknown(container, "model.containerSpec", IMPLEMENTED)
    if not container.get("imageUri"):
        raise InvalidArgumentError("model.containerSpec.imageUri is missing; give the serving image.")
    saved_model(model.get("artifactUri", ""))
    return model


def _check_aliases(aliases: set[str]) -> None:
    for alias in sorted(aliases):
        if not ALIAS.fullmatch(alias):
            raise InvalidArgumentError(
                f"versionAliases has {alias!r}; begin with a lower-case letter, use letters, digits and '-', "
                "and end with a lower-case letter or a digit."
            )


def _parent(request: Request) -> str:
    return f"projects/{request.path_params['project']}/locations/{request.path_params['location']}"


def _named(request: Request) -> tuple[str, str]:
    model, at, reference = request.path_params["model"].partition("@")
    if at and not reference:
        raise NotFoundError(f"{request.url.path}: write a version or an alias after '@'.")
    return f"{_parent(request)}/models/{model}", reference


def _message(version: dict[str, Any]) -> dict[str, Any]:
    # Through the message and back, so that nothing is answered that a client could not read.
    return json_format.MessageToDict(json_format.ParseDict(version, Model.pb()()))
