"""HTTP as Google's servers speak it, where uvicorn does not; TensorFlow's client needs it.

Its requests say `Transfer-Encoding: identity`, which meant 'none' until RFC 7230 (appendix A.2) took the
word out, or they have both a length and chunks, where chunks count (RFC 9112, 6.3). And it finds a header of
the answer by its capitals.
"""

import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_END = b"\r\n\r\n"
IDENTITY = re.compile(rb"\r\ntransfer-encoding:[ \t]*identity[ \t]*(?=\r\n|$)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*(?=\r\n|$)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length:[^\r\n]*", re.IGNORECASE)
MAX_HEAD_BYTES = 1 << 16


class CasedName(bytes):
    """The name of a header in an answer that keeps its capitals: uvicorn writes what `lower` returns."""

    def lower(self) -> bytes:
        """Returns the name as it is."""
        return self


class StorageHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which sees heads as the standard has them; bodies pass as they are."""

    _head = b""

    def data_received(self, data: bytes) -> None:
        """Hands bytes on; those of a request's head when it is whole."""
        if self.cycle is not None and self.cycle.more_body:
            super().data_received(data)
            return
        self._head += data
        place = self._head.find(HEAD_END)
        if place < 0 and len(self._head) < MAX_HEAD_BYTES:
            return
        received, self._head = self._head, b""
        head = received[:place] if place >= 0 else received
        super().data_received(_standard(head) + received[len(head) :])


def _standard(head: bytes) -> bytes:
    head = IDENTITY.sub(b"", head)
    return LENGTH.sub(b"", head) if CHUNKED.search(head) else head
