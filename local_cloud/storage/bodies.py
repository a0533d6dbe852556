"""Reading the bodies of requests: JSON whole, content piece by piece."""

import json
import re
from collections.abc import AsyncIterator

from starlette.requests import Request

from local_cloud.storage.errors import InvalidError, TooLargeError

MAX_JSON_BYTES = 1 << 20
MAX_HEAD_BYTES = 1 << 20
BOUNDARY = re.compile(r"""boundary=(?:"(?P<quoted>[^"]+)"|'(?P<single>[^']+)'|(?P<plain>[^;\s]+))""")


async def json_of(request: Request) -> dict[str, object]:
    """Returns a body that is a JSON object; none counts as an empty one."""
    body = bytearray()
    async for data in request.stream():
        body += data
        if len(body) > MAX_JSON_BYTES:
            raise TooLargeError(f"The body is larger than {MAX_JSON_BYTES} bytes.")
    return parsed_json(bytes(body))


def parsed_json(body: bytes) -> dict[str, object]:
    """Returns a JSON object; none counts as an empty one."""
    try:
        value = json.loads(body) if body.strip() else {}
    except ValueError as error:
        raise InvalidError(f"Parse Error: the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise InvalidError("Parse Error: the body is no JSON object.")
    return value


class RelatedParts:
    """A `multipart/related` body of two parts: metadata as JSON, then content of any length.

    https://cloud.google.com/storage/docs/uploading-objects#rest-upload-objects, RFC 2387. Lines may end with
    a line feed alone, as the real service takes them.
    """

    def __init__(self, request: Request) -> None:
        found = BOUNDARY.search(request.headers.get("content-type", ""))
        if found is None:
            raise InvalidError(
                "Content-Type must be 'multipart/related; boundary=…' where uploadType is multipart."
            )
        self._delimiter = b"--" + next(text for text in found.groups() if text).encode()
        self._stream = request.stream()
        self._buffer = bytearray()
        self._newline = b"\r\n"

    async def metadata(self) -> dict[str, object]:
        """Returns the first part."""
        await self._find(b"\n")
        first, _, rest = bytes(self._buffer).partition(b"\n")
        self._newline = b"\r\n" if first.endswith(b"\r") else b"\n"
        if first.strip() != self._delimiter:
            raise InvalidError(
                "Malformed multipart body: it does not begin with the boundary of Content-Type."
            )
        self._buffer = bytearray(rest)
        await self._headers()
        end = await self._find(self._newline + self._delimiter)
        body = bytes(self._buffer[:end])
        del self._buffer[: end + len(self._newline + self._delimiter + self._newline)]
        return parsed_json(body)

    async def content_type(self) -> str:
        """Returns the type of the second part, empty where it says none."""
        return (await self._headers()).get("content-type", "")

    async def content(self) -> AsyncIterator[bytes]:
        """Yields the second part's bytes.

        Raises:
            InvalidError: The body ends before its last boundary.
        """
        last = self._newline + self._delimiter + b"--"
        while True:
            place = self._buffer.find(last)
            if place >= 0:
                yield bytes(self._buffer[:place])
                return
            # What may be the beginning of the boundary is held back.
            ready = len(self._buffer) - len(last) + 1
            if ready > 0:
                yield bytes(self._buffer[:ready])
                del self._buffer[:ready]
            await self._read_more()

    async def _headers(self) -> dict[str, str]:
        blank = self._newline * 2
        # A part without headers begins with the empty line that ends them.
        if self._buffer.startswith(self._newline):
            del self._buffer[: len(self._newline)]
            return {}
        end = await self._find(blank)
        lines = bytes(self._buffer[:end]).decode("latin-1").splitlines()
        del self._buffer[: end + len(blank)]
        pairs = (line.partition(":") for line in lines)
        return {name.strip().lower(): value.strip() for name, _, value in pairs}

    async def _find(self, wanted: bytes) -> int:
        while (place := self._buffer.find(wanted)) < 0:
            if len(self._buffer) > MAX_HEAD_BYTES:
                raise TooLargeError(f"The metadata is larger than {MAX_HEAD_BYTES} bytes.")
            await self._read_more()
        return place

    async def _read_more(self) -> None:
        try:
            self._buffer += await anext(self._stream)
        except StopAsyncIteration:
            raise InvalidError("Malformed multipart body: it ends before its last boundary.") from None
