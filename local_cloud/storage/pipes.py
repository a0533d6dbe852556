"""Handing bytes from one connection to another, no faster than the other takes them."""

import asyncio


class Pipe(asyncio.Protocol):
    """Reads one connection and writes to another.

    Args:
        target: where what arrives goes to.
    """

    def __init__(self, target: asyncio.Transport) -> None:
        self._target = target

    def data_received(self, data: bytes) -> None:
        """Hands bytes on."""
        self._target.write(data)

    def eof_received(self) -> bool:
        """Hands on that no more comes; the other direction stays open."""
        if self._target.can_write_eof():
            self._target.write_eof()
        return True

    def connection_lost(self, _error: Exception | None) -> None:
        """Closes the other connection when what was written to it is sent."""
        self._target.close()

    def pause_writing(self) -> None:
        """Reads no more from the other side while this one is slow."""
        self._target.pause_reading()

    def resume_writing(self) -> None:
        """Reads on."""
        self._target.resume_reading()
