"""Calls of Cloud Build about builds, over REST: create, get, list and cancel.

https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.builds. Google's client asks for
projects.builds where a request names the project, and gives the location as `parent` or in `name`.
"""

import base64
import re
import uuid
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.cloud_build.build_filter import has
from local_cloud.cloud_build.build_request import DEFAULT_TIMEOUT_S, read_build
from local_cloud.cloud_build.build_store import Build, BuildStore
from local_cloud.cloud_build.builder import Builder
from local_cloud.cloud_build.statuses import Status
from local_cloud.cloud_build.step_images import StepImages
from local_cloud.vertex import listing
from local_cloud.vertex.errors import InvalidArgumentError
from local_cloud.vertex.message_checks import json_of
from local_cloud.vertex.states import now

METADATA = "type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata"
PARENTS = ("/v1/projects/{project}", "/v1/projects/{project}/locations/{location}")
GLOBAL = "global"
PARENT = re.compile(r"projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)(/builds/[^/]+)?")


class BuildsApi:
    """Builds of one server.

    Args:
        store: keeps them.
        builder: runs them.
        images: what their steps may run in.
    """

    def __init__(self, store: BuildStore, builder: Builder, images: StepImages) -> None:
        self._store = store
        self._builder = builder
        self._images = images

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        routes = []
        for parent in PARENTS:
            routes += [
                Route(f"{parent}/builds", self.create, methods=["POST"]),
                Route(f"{parent}/builds", self.list, methods=["GET"]),
                Route(f"{parent}/builds/{{build}}:cancel", self.cancel, methods=["POST"]),
                Route(f"{parent}/builds/{{build}}", self.get, methods=["GET"]),
            ]
        return routes

    async def create(self, request: Request) -> Response:
        """Starts a build; answers the operation that it is."""
        body = await json_of(request)
        return JSONResponse(await run_in_threadpool(self._create, request, body))

    def _create(self, request: Request, body: object) -> dict[str, Any]:
        project, location = _place(request)
        asked = read_build(body)
        self._images.check(asked["steps"])
        build = _new(asked, project, location, str(request.base_url))
        self._store.add(build, location)
        self._builder.start(build)
        number = base64.b64encode(build["id"].encode()).decode()
        metadata = {"@type": METADATA, "build": build}
        return {"name": f"operations/build/{project}/{number}", "metadata": metadata}

    def get(self, request: Request) -> Response:
        """Answers one build."""
        return JSONResponse(self._found(request))

    def list(self, request: Request) -> Response:
        """Answers the builds of a location, the newest first."""
        query = request.query_params
        found = [each for each in self._store.listed(*_place(request)) if has(each, query.get("filter", ""))]
        builds, token = listing.page(found, query.get("pageSize", ""), query.get("pageToken", ""))
        return JSONResponse({"builds": builds, **({"nextPageToken": token} if token else {})})

    async def cancel(self, request: Request) -> Response:
        """Ends a build and answers it; the client names it in the body."""
        body = await json_of(request)
        name = str(body.get("name", "")) if isinstance(body, dict) else ""
        return JSONResponse(await run_in_threadpool(self._cancel, request, name))

    def _cancel(self, request: Request, name: str) -> Build:
        self._builder.cancel(self._found(request, name))
        return self._found(request, name)

    def _found(self, request: Request, name: str = "") -> Build:
        return self._store.get(*_place(request, name), request.path_params["build"])


def _place(request: Request, name: str = "") -> tuple[str, str]:
    """Returns the project and the location of a request, which may have the build's name in its body."""
    project = request.path_params["project"]
    if location := request.path_params.get("location"):
        return project, location
    named = name or request.query_params.get("parent") or request.query_params.get("name")
    if not named:
        return project, GLOBAL
    parent = PARENT.fullmatch(named)
    if parent is None or parent["project"] != project:
        raise InvalidArgumentError(
            f"{named!r} is where no builds are; give projects/{project}/locations/REGION."
        )
    return project, parent["location"]


def _new(asked: Build, project: str, location: str, server: str) -> Build:
    build_id = str(uuid.uuid4())
    return {
        "timeout": f"{DEFAULT_TIMEOUT_S}s",
        **asked,
        "name": f"projects/{project}/locations/{location}/builds/{build_id}",
        "id": build_id,
        "projectId": project,
        "status": Status.QUEUED,
        "createTime": now(),
        "steps": [{**step, "status": Status.QUEUED} for step in asked["steps"]],
        "logUrl": f"{server}console/builds/{build_id}",
    }
