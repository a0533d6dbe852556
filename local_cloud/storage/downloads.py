"""The bytes of an object, whole or a range.

https://cloud.google.com/storage/docs/json_api/v1/objects/get with alt=media.
Ranges are those of RFC 9110 14.2; a header that names several, or that cannot be read, is ignored.
"""

import re
from collections.abc import AsyncIterator
from email.utils import formatdate
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from local_cloud.storage.api import Route
from local_cloud.storage.conditions import generation_of, required
from local_cloud.storage.contents import READ_BYTES
from local_cloud.storage.errors import RangeError
from local_cloud.storage.records import StoredObject
from local_cloud.storage.resources import DEFAULT_TYPE
from local_cloud.storage.store import Store

RANGE = re.compile(r"bytes=(?P<first>\d*)-(?P<last>\d*)")
XML_OBJECT = re.compile(r"/(?P<bucket>[^/]+)/(?P<name>.+)")


class Downloads:
    """Answers with bytes.

    Args:
        store: buckets and objects.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """Returns the routes of the XML API's reads: `GET /bucket/object`.

        https://cloud.google.com/storage/docs/xml-api/get-object-download; TensorFlow reads so. The name may
        have '/'.
        """
        return [Route(method, XML_OBJECT, self.read) for method in ("GET", "HEAD")]

    async def read(self, request: Request, bucket: str, name: str) -> Response:
        """Answers a read of the XML API."""
        found = required(self._store.find(bucket, name), bucket, name, generation_of(request.query_params))
        return self.answer(request, found)

    def answer(self, request: Request, found: StoredObject) -> Response:
        """Answers an object's bytes, or the range that the request names."""
        begin, end, is_part = _span(request.headers.get("range", ""), found.size)
        headers = _headers(found)
        headers["content-length"] = str(end - begin)
        if is_part:
            headers["content-range"] = f"bytes {begin}-{end - 1}/{found.size}"
        status = 206 if is_part else 200
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers)
        # Opened before the answer begins: whoever replaces the object meanwhile does not disturb it.
        file = _open(self._store.contents.path(found.content))
        return StreamingResponse(_pieces(file, begin, end), status_code=status, headers=headers)


def _headers(found: StoredObject) -> dict[str, str]:
    metadata = found.metadata
    hashes = f"crc32c={found.crc32c}" + (f",md5={found.md5}" if found.md5 is not None else "")
    encoding = metadata.get("contentEncoding")
    custom = metadata.get("metadata")
    return {
        "content-type": str(metadata.get("contentType") or DEFAULT_TYPE),
        "accept-ranges": "bytes",
        "etag": f'"{found.etag}"',
        "last-modified": formatdate(found.updated_us / 1e6, usegmt=True),
        "x-goog-generation": str(found.generation),
        "x-goog-metageneration": str(found.metageneration),
        "x-goog-hash": hashes,
        "x-goog-stored-content-length": str(found.size),
        "x-goog-stored-content-encoding": str(encoding or "identity"),
        "x-goog-storage-class": "STANDARD",
        # What somebody stored is shown by no browser as a page of this server.
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox",
        **({"content-encoding": str(encoding)} if encoding else {}),
        **(
            {f"x-goog-meta-{quote(k)}": quote(str(v)) for k, v in custom.items()}
            if isinstance(custom, dict)
            else {}
        ),
    }


def _span(header: str, size: int) -> tuple[int, int, bool]:
    """Returns first byte, the byte behind the last one, and whether that is a part."""
    found = RANGE.fullmatch(header.strip())
    if found is None or (not found["first"] and not found["last"]):
        return 0, size, False
    if not found["first"]:
        length = min(int(found["last"]), size)
        begin, end = size - length, size
    else:
        begin = int(found["first"])
        end = min(int(found["last"]) + 1, size) if found["last"] else size
    if found["first"] and found["last"] and int(found["last"]) < begin:
        return 0, size, False
    if begin >= size:
        raise RangeError(f"Request range not satisfiable: {header!r} of an object of {size} bytes.")
    return begin, end, True


def _open(path: Path) -> BinaryIO:
    return path.open("rb", buffering=0)


async def _pieces(file: BinaryIO, begin: int, end: int) -> AsyncIterator[bytes]:
    with file:
        file.seek(begin)
        while begin < end:
            data = file.read(min(READ_BYTES, end - begin))
            if not data:
                return
            begin += len(data)
            yield data
