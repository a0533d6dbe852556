"""The storage server as an ASGI application."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from local_cloud.storage.api import Route, answer, escaped_path, route
from local_cloud.storage.batch import BatchApi
from local_cloud.storage.buckets_api import BucketsApi
from local_cloud.storage.conditions import NotModified
from local_cloud.storage.downloads import Downloads
from local_cloud.storage.errors import StorageApiError
from local_cloud.storage.http_protocol import CasedName
from local_cloud.storage.objects_api import ObjectsApi
from local_cloud.storage.resumable_uploads import ResumableUploads
from local_cloud.storage.store import Store
from local_cloud.storage.uploads_api import UploadsApi

JSON_API = ("/storage/", "/upload/", "/download/", "/batch")

# TensorFlow's client looks for this one by its letters.
NAMES = {b"location": CasedName(b"Location")}


class StorageApp:
    """Answers the JSON API, and the XML API's reads.

    Args:
        store: buckets and objects.
    """

    def __init__(self, store: Store) -> None:
        downloads = Downloads(store)
        self._json_routes = [
            route("GET", "/healthz", self._health),
            *BucketsApi(store).routes(),
            *ObjectsApi(store, downloads).routes(),
            *UploadsApi(store, ResumableUploads(store)).routes(),
        ]
        self._batch_routes = BatchApi(self._answer_call).routes()
        self._xml_routes = downloads.routes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            # Nobody is there to be answered, and nothing was stored.
            return
        response.raw_headers = [(NAMES.get(name, name), value) for name, value in response.raw_headers]
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = escaped_path(request)
        if path != "/healthz" and not path.startswith(JSON_API):
            try:
                return await answer(self._xml_routes, request)
            except StorageApiError as error:
                return Response(error.as_xml, error.status, media_type="application/xml; charset=UTF-8")
        if path.startswith("/batch"):
            return await self._answered(self._batch_routes, request)
        return await self._answer_call(request)

    async def _answer_call(self, request: Request) -> Response:
        return await self._answered(self._json_routes, request)

    async def _answered(self, routes: list[Route], request: Request) -> Response:
        try:
            return await answer(routes, request)
        except NotModified:
            return Response(status_code=304)
        except StorageApiError as error:
            return Response(error.as_json, error.status, media_type="application/json; charset=UTF-8")

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})
