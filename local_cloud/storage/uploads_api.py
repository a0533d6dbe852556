"""Uploads in one request, uploadType media or multipart.

https://cloud.google.com/storage/docs/uploading-objects.
An object appears when the last byte is here and every checksum and condition holds; until then there is none.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local_cloud.storage.api import Route, base_of, route
from local_cloud.storage.bodies import RelatedParts
from local_cloud.storage.checksums import check_claims, claims_of, hash_header
from local_cloud.storage.conditions import Conditions
from local_cloud.storage.errors import InvalidError, LengthRequiredError, TooLargeError
from local_cloud.storage.names import check_object_name
from local_cloud.storage.records import StoredObject
from local_cloud.storage.resources import of_object, writable
from local_cloud.storage.resumable_uploads import ResumableUploads
from local_cloud.storage.store import Store

# https://cloud.google.com/storage/quotas#objects
MAX_OBJECT_BYTES = 5 * 1024**4


@dataclass(frozen=True)
class _Incoming:
    bucket: str
    name: str
    metadata: Mapping[str, object]
    claims: Mapping[str, str]
    conditions: Conditions


class UploadsApi:
    """The endpoint that takes objects.

    Args:
        store: buckets and objects.
        resumable: uploads in several requests.
    """

    def __init__(self, store: Store, resumable: ResumableUploads) -> None:
        self._store = store
        self._resumable = resumable

    def routes(self) -> list[Route]:
        """Returns the routes."""
        objects = "/upload/storage/v1/b/{bucket}/o"
        return [
            route("POST", objects, self.insert),
            route("PUT", objects, self._resumable.send),
            route("DELETE", objects, self._resumable.cancel),
        ]

    async def insert(self, request: Request, bucket: str) -> Response:
        """Takes an object, or begins a resumable upload."""
        query = request.query_params
        if "upload_id" in query:
            return await self._resumable.send(request, bucket)
        self._store.bucket(bucket)
        if "content-length" not in request.headers and "transfer-encoding" not in request.headers:
            raise LengthRequiredError("POST requests require a Content-Length header.")
        if int(request.headers.get("content-length", "0")) > MAX_OBJECT_BYTES:
            raise TooLargeError(f"An object has at most {MAX_OBJECT_BYTES} bytes.")
        kind = query.get("uploadType")
        if kind == "resumable":
            return await self._resumable.begin(request, bucket)
        if kind == "media":
            pieces: AsyncIterator[bytes] = request.stream()
            name, claims = query.get("name", ""), hash_header(request)
            metadata: dict[str, object] = {"contentType": request.headers.get("content-type")}
        elif kind == "multipart":
            parts = RelatedParts(request)
            body = await parts.metadata()
            metadata = {"contentType": await parts.content_type() or None, **writable(body)}
            pieces, claims = parts.content(), {**claims_of(body), **hash_header(request)}
            name = str(body.get("name") or query.get("name", ""))
        else:
            raise InvalidError(f"Invalid value for uploadType: {kind!r}; use media, multipart or resumable.")
        incoming = _Incoming(bucket, check_object_name(name), metadata, claims, Conditions.read(query))
        found = await self._take(incoming, pieces)
        return JSONResponse(of_object(found, base_of(request)))

    async def _take(self, incoming: _Incoming, pieces: AsyncIterator[bytes]) -> StoredObject:
        bucket, name = incoming.bucket, incoming.name
        incoming.conditions.check(self._store.find(bucket, name))
        content = self._store.contents.new()
        try:
            with content:
                async for data in pieces:
                    content.write(data)
            check_claims(content, incoming.claims)
            self._store.write_rate.check(bucket, name)
            # Asked again: another request may have written it meanwhile.
            incoming.conditions.check(self._store.find(bucket, name))
        except BaseException:
            self._store.contents.remove(content.name)
            raise
        chosen = {key: value for key, value in incoming.metadata.items() if value is not None}
        return self._store.add(bucket, name, content, chosen)
