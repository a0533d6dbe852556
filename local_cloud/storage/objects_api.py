"""Objects but for their bytes: get, list, delete, change, copy, compose.

https://cloud.google.com/storage/docs/json_api/v1/objects
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local_cloud.storage.api import Route, base_of, route
from local_cloud.storage.bodies import json_of
from local_cloud.storage.conditions import Conditions, generation_of, required
from local_cloud.storage.contents import READ_BYTES, Content
from local_cloud.storage.downloads import Downloads
from local_cloud.storage.errors import InvalidError
from local_cloud.storage.field_mask import select
from local_cloud.storage.listing import Question, list_objects
from local_cloud.storage.names import check_object_name
from local_cloud.storage.records import StoredObject
from local_cloud.storage.resources import of_object, patched, writable
from local_cloud.storage.store import Store

type Change = Callable[[Mapping[str, object]], Mapping[str, object]]

# https://cloud.google.com/storage/docs/json_api/v1/objects/compose
MAX_COMPOSED = 32


class ObjectsApi:
    """The endpoints of objects.

    Args:
        store: buckets and objects.
        downloads: answers the bytes.
    """

    def __init__(self, store: Store, downloads: Downloads) -> None:
        self._store = store
        self._downloads = downloads

    def routes(self) -> list[Route]:
        """Returns the routes."""
        objects = "/storage/v1/b/{bucket}/o"
        one = objects + "/{name}"
        target = "/b/{to_bucket}/o/{to_name}"
        return [
            route("GET", objects, self.list_page),
            route("GET", one, self.get),
            route("GET", f"/download{one}", self.get),
            route("DELETE", one, self.delete),
            route("PATCH", one, self.patch),
            route("PUT", one, self.update),
            route("POST", f"{one}/rewriteTo{target}", self.rewrite),
            route("POST", f"{one}/copyTo{target}", self.copy),
            route("POST", f"{one}/compose", self.compose),
        ]

    async def list_page(self, request: Request, bucket: str) -> Response:
        """Answers one page of a bucket's objects."""
        query = request.query_params
        self._store.bucket(bucket)
        page = list_objects(
            lambda first, limit: self._store.objects_from(bucket, first, limit), Question.read(query)
        )
        answer: dict[str, object] = {"kind": "storage#objects"}
        if page.next_token:
            answer["nextPageToken"] = page.next_token
        if page.prefixes:
            answer["prefixes"] = page.prefixes
        if page.items:
            answer["items"] = [of_object(found, base_of(request)) for found in page.items]
        return JSONResponse(select(answer, query.get("fields", "")))

    async def get(self, request: Request, bucket: str, name: str) -> Response:
        """Answers an object's metadata, or its bytes where `alt` is `media`."""
        query = request.query_params
        found = required(self._store.find(bucket, name), bucket, name, generation_of(query))
        Conditions.read(query).check_read(found)
        alt = query.get("alt", "json")
        if alt not in {"json", "media"}:
            raise InvalidError(f"Invalid value for alt: {alt!r}; use json or media.")
        return self._downloads.answer(request, found) if alt == "media" else _answer(found, request)

    async def delete(self, request: Request, bucket: str, name: str) -> Response:
        """Removes an object."""
        query = request.query_params
        found = self._store.find(bucket, name)
        Conditions.read(query).check(found)
        self._store.delete(required(found, bucket, name, generation_of(query)))
        return Response(status_code=204)

    async def patch(self, request: Request, bucket: str, name: str) -> Response:
        """Changes what is named of an object's metadata."""
        change = writable(await json_of(request))
        return self._change(request, bucket, name, lambda old: patched(old, change))

    async def update(self, request: Request, bucket: str, name: str) -> Response:
        """Replaces an object's metadata."""
        new = writable(await json_of(request))
        return self._change(request, bucket, name, lambda _old: new)

    async def rewrite(
        self, request: Request, bucket: str, name: str, to_bucket: str, to_name: str
    ) -> Response:
        """Copies an object; within one location and class Cloud Storage does it in one call, as here."""
        new = await self._copy(request, bucket, name, to_bucket, to_name)
        resource = of_object(new, base_of(request))
        answer: dict[str, object] = {
            "kind": "storage#rewriteResponse",
            "totalBytesRewritten": str(new.size),
            "objectSize": str(new.size),
            "done": True,
            "resource": resource,
        }
        return JSONResponse(select(answer, request.query_params.get("fields", "")))

    async def copy(self, request: Request, bucket: str, name: str, to_bucket: str, to_name: str) -> Response:
        """Copies an object."""
        return _answer(await self._copy(request, bucket, name, to_bucket, to_name), request)

    async def compose(self, request: Request, bucket: str, name: str) -> Response:
        """Makes one object of up to 32, in their order; it has no MD5."""
        body = await json_of(request)
        sources = body.get("sourceObjects")
        if not isinstance(sources, list) or not 1 <= len(sources) <= MAX_COMPOSED:
            raise InvalidError(f"The number of source components provided must be 1 to {MAX_COMPOSED}.")
        parts = [self._component(bucket, source) for source in sources]
        Conditions.read(request.query_params).check(self._store.find(bucket, check_object_name(name)))
        destination = body.get("destination")
        metadata = writable(destination) if isinstance(destination, dict) else {}
        metadata.setdefault("contentType", parts[0].metadata.get("contentType"))
        self._store.write_rate.check(bucket, name)
        content = self._joined(parts)
        components = sum(part.component_count or 1 for part in parts)
        return _answer(self._store.add(bucket, name, content, _set(metadata), components), request)

    async def _copy(
        self, request: Request, bucket: str, name: str, to_bucket: str, to_name: str
    ) -> StoredObject:
        change = writable(await json_of(request))
        query = request.query_params
        found = self._store.find(bucket, name)
        Conditions.read(query, prefix="ifSource").check(found)
        source = required(found, bucket, name, generation_of(query, "sourceGeneration"))
        Conditions.read(query).check(self._store.find(to_bucket, check_object_name(to_name)))
        self._store.write_rate.check(to_bucket, to_name)
        # As Cloud Storage does: metadata in the body replaces all of the source's.
        return self._store.copy(source, to_bucket, to_name, _set(change or source.metadata))

    def _component(self, bucket: str, source: object) -> StoredObject:
        if not isinstance(source, dict) or not isinstance(source.get("name"), str):
            raise InvalidError(f"Invalid source object {source!r}; use an object with a 'name'.")
        conditions = {key: str(value) for key, value in (source.get("objectPreconditions") or {}).items()}
        found = self._store.find(bucket, source["name"])
        Conditions.read(conditions).check(found)
        given = {key: str(source[key]) for key in ("generation",) if source.get(key) is not None}
        return required(found, bucket, source["name"], generation_of(given))

    def _joined(self, parts: list[StoredObject]) -> Content:
        content = self._store.contents.new()
        for part in parts:
            with self._store.contents.path(part.content).open("rb") as file:
                while data := file.read(READ_BYTES):
                    content.write(data)
        return content

    def _change(self, request: Request, bucket: str, name: str, change: Change) -> Response:
        query = request.query_params
        found = self._store.find(bucket, name)
        Conditions.read(query).check(found)
        old = required(found, bucket, name, generation_of(query))
        self._store.write_rate.check(bucket, name)
        new = replace(
            old,
            metadata=_set(change(old.metadata)),
            metageneration=old.metageneration + 1,
            updated_us=self._store.now_us(),
        )
        self._store.put(new)
        return _answer(new, request)


def _set(metadata: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in metadata.items() if value is not None}


def _answer(found: StoredObject, request: Request) -> Response:
    resource = select(of_object(found, base_of(request)), request.query_params.get("fields", ""))
    return Response(
        json.dumps(resource), media_type="application/json; charset=UTF-8", headers={"etag": found.etag}
    )
