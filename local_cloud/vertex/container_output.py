"""Takes what a container writes, line by line, to its log: the agent of the machine that it runs on.

What it writes to standard output has severity INFO, to standard error ERROR, whatever it says.
"""

import os
import selectors
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SEVERITIES = {"stdout": "INFO", "stderr": "ERROR"}
CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class OutputPipes:
    """Where a container writes to: named pipes, which are gone once it has ended."""

    stdout: Path
    stderr: Path


class Log(Protocol):
    """Takes lines of one severity."""

    def write(self, severity: str, lines: list[str], /) -> None:
        """Appends them, in their order."""


@contextmanager
def collected(page: Path, entries: Log) -> Iterator[OutputPipes]:
    """Makes the pipes and reads them until the block ends, to the last byte that is in them then.

    Args:
        page: file for people, to which all is appended as it was written; the pipes are beside it.
        entries: takes each line.
    """
    with tempfile.TemporaryDirectory(prefix="output-", dir=page.parent) as folder:
        pipes = OutputPipes(Path(folder, "stdout"), Path(folder, "stderr"))
        collector = _Collector(pipes, page, entries)
        try:
            yield pipes
        finally:
            collector.finish()


class _Collector:
    def __init__(self, pipes: OutputPipes, page: Path, entries: Log) -> None:
        self._entries = entries
        self._page = page.open("ab", buffering=0)
        self._partial = dict.fromkeys(SEVERITIES, b"")
        self._selector = selectors.DefaultSelector()
        self._ends: list[int] = []
        for name, path in (("stdout", pipes.stdout), ("stderr", pipes.stderr)):
            os.mkfifo(path, 0o600)
            end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            # An end of our own to write to, so that none of the container's ends is the end of it all.
            self._ends += [end, os.open(path, os.O_WRONLY)]
            self._selector.register(end, selectors.EVENT_READ, name)
        wake, self._wake = os.pipe()
        self._ends += [wake, self._wake]
        self._selector.register(wake, selectors.EVENT_READ, "")
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Reads what is left, without waiting for more, and closes everything."""
        os.write(self._wake, b"\0")
        self._thread.join()
        for end in self._ends:
            os.close(end)
        self._page.close()
        self._selector.close()

    def _read(self) -> None:
        while True:
            ready = [(str(key.data), key.fd) for key, _ in self._selector.select()]
            for name, end in ready:
                if name:
                    self._take(name, os.read(end, CHUNK_BYTES))
            if all(not name for name, _ in ready):
                # Told to finish, and nothing is left.
                break
        for name, rest in self._partial.items():
            if rest:
                self._write(name, [rest])

    def _take(self, name: str, chunk: bytes) -> None:
        self._page.write(chunk)
        *lines, self._partial[name] = (self._partial[name] + chunk).split(b"\n")
        self._write(name, lines)

    def _write(self, name: str, lines: list[bytes]) -> None:
        texts = [line.decode(errors="replace").rstrip("\r") for line in lines if line.strip()]
        if texts:
            self._entries.write(SEVERITIES[name], texts)
