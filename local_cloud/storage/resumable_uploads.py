"""Uploads in several requests: https://cloud.google.com/storage/docs/performing-resumable-uploads.

A session is kept with what arrived, also through a stop of the server. What arrives before the last request
is kept in multiples of 256 KiB; 308 with `Range` says how much that is.
"""

import re
import uuid
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local_cloud.storage.api import base_of, escaped_path
from local_cloud.storage.bodies import json_of
from local_cloud.storage.checksums import check_claims, claims_of, hash_header
from local_cloud.storage.conditions import CONDITIONS, Conditions
from local_cloud.storage.contents import Content
from local_cloud.storage.errors import InvalidError, NotFoundError, RequiredError
from local_cloud.storage.names import check_object_name
from local_cloud.storage.records import Upload
from local_cloud.storage.resources import of_object, writable
from local_cloud.storage.store import Store

CHUNK_BYTES = 256 * 1024
CONTENT_RANGE = re.compile(r"bytes (?:(?P<first>\d+)-(?P<last>\d+)|(?P<none>\*))/(?:(?P<size>\d+)|\*)")
# No status of the standard; Google's is 'Resume Incomplete'.
RESUME_INCOMPLETE = 308


@dataclass(frozen=True)
class Span:
    """What a request says that it sends.

    Attributes:
        first: place of its first byte.
        length: bytes, None where they are as many as come.
        size: of the whole object, None where that is not known yet.
    """

    first: int
    length: int | None
    size: int | None


class ResumableUploads:
    """Sessions of uploads.

    Args:
        store: buckets, objects and sessions.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: dict[str, Content] = {}

    async def begin(self, request: Request, bucket: str) -> Response:
        """Begins a session; its address is in `Location`."""
        query, headers = request.query_params, request.headers
        body = await json_of(request)
        name = check_object_name(str(query.get("name") or body.get("name") or ""))
        conditions = {key: query[key] for key in CONDITIONS if key in query}
        Conditions.read(conditions).check(self._store.find(bucket, name))
        metadata = {"contentType": headers.get("x-upload-content-type"), **writable(body)}
        size = headers.get("x-upload-content-length", "")
        content = self._store.contents.new()
        upload = Upload(
            upload_id=uuid.uuid4().hex,
            bucket=bucket,
            name=name,
            content=content.name,
            metadata={key: value for key, value in metadata.items() if value is not None},
            claims=claims_of(body),
            conditions=conditions,
            size=int(size) if size.isdecimal() else None,
        )
        self._store.save_upload(upload)
        self._open[upload.upload_id] = content
        address = (
            f"{base_of(request)}{escaped_path(request)}?uploadType=resumable&upload_id={upload.upload_id}"
        )
        return Response(headers={"location": address, "x-guploader-uploadid": upload.upload_id})

    async def send(self, request: Request, bucket: str) -> Response:
        """Takes bytes of a session, or says how many are here."""
        upload = self._upload(request, bucket)
        if upload.generation is not None:
            return self._finished(request, upload)
        content = self._content(upload)
        span = _span(request)
        if span.length != 0:
            await self._take(request, content, span)
        elif content.size == 0 and span.size == 0 and "content-range" not in request.headers:
            pass
        if span.size is None or content.size < span.size:
            return _incomplete(content)
        return self._finish(request, upload, content)

    async def cancel(self, request: Request, bucket: str) -> Response:
        """Ends a session; 499 is what Cloud Storage answers."""
        upload = self._upload(request, bucket)
        if (content := self._open.pop(upload.upload_id, None)) is not None:
            content.close()
        self._store.cancel_upload(upload)
        return Response(status_code=499)

    def _upload(self, request: Request, bucket: str) -> Upload:
        upload_id = request.query_params.get("upload_id")
        if not upload_id:
            raise RequiredError("Required parameter: upload_id")
        upload = self._store.upload(upload_id)
        if upload.bucket != bucket:
            raise NotFoundError(f"The upload session is one of bucket {upload.bucket}, not of {bucket}.")
        return upload

    def _content(self, upload: Upload) -> Content:
        """Returns a session's file; one that a stopped server left is read for its checksums."""
        if upload.upload_id not in self._open:
            self._open[upload.upload_id] = self._store.contents.resume(upload.content)
        return self._open[upload.upload_id]

    async def _take(self, request: Request, content: Content, span: Span) -> None:
        if span.first > content.size:
            raise InvalidError(f"The body begins at byte {span.first}; {content.size} bytes are here.")
        # Bytes that are here already come again after an answer that was lost.
        skipped, arrived = content.size - span.first, 0
        last = None if span.length is None else span.first + span.length
        keep = last if last is None or last == span.size else last - last % CHUNK_BYTES
        async for data in request.stream():
            arrived += len(data)
            fresh = data[skipped:] if skipped else data
            skipped = max(0, skipped - len(data))
            content.write(fresh if keep is None else fresh[: max(0, keep - content.size)])
        if span.length is not None and arrived != span.length:
            raise InvalidError(
                f"Invalid request. There were {arrived} byte(s) in the request body. There should have been "
                f"{span.length} byte(s) (starting at offset {span.first}) according to Content-Range."
            )

    def _finish(self, request: Request, upload: Upload, content: Content) -> Response:
        if upload.size is not None and content.size != upload.size:
            raise InvalidError(f"X-Upload-Content-Length said {upload.size} bytes; {content.size} arrived.")
        check_claims(content, {**upload.claims, **hash_header(request)})
        Conditions.read(upload.conditions).check(self._store.find(upload.bucket, upload.name))
        # What arrived stays: the client asks again, with or without the bytes.
        self._store.write_rate.check(upload.bucket, upload.name)
        new = self._store.finish_upload(upload, content)
        self._open.pop(upload.upload_id, None)
        return JSONResponse(of_object(new, base_of(request)))

    def _finished(self, request: Request, upload: Upload) -> Response:
        found = self._store.find(upload.bucket, upload.name)
        if found is None or found.generation != upload.generation:
            raise NotFoundError(
                f"The upload of {upload.bucket}/{upload.name} is complete, and the object gone since."
            )
        return JSONResponse(of_object(found, base_of(request)))


def _span(request: Request) -> Span:
    header = request.headers.get("content-range", "")
    length = request.headers.get("content-length", "")
    if not header:
        size = int(length) if length.isdecimal() else None
        return Span(0, size, size)
    found = CONTENT_RANGE.fullmatch(header)
    if found is None:
        raise InvalidError(
            f"Failed to parse Content-Range header {header!r}; use 'bytes 0-262143/*' and its like."
        )
    size = int(found["size"]) if found["size"] else None
    if found["none"]:
        return Span(0, 0, size)
    first, last = int(found["first"]), int(found["last"])
    if last < first or (size is not None and last >= size):
        raise InvalidError(f"Invalid Content-Range {header!r}: the last byte is not within the object.")
    return Span(first, last + 1 - first, size)


def _incomplete(content: Content) -> Response:
    headers = {"range": f"bytes=0-{content.size - 1}"} if content.size else {}
    return Response(status_code=RESUME_INCOMPLETE, headers=headers)
