"""The bytes of objects: one file each, which is never changed once it is whole."""

import base64
import hashlib
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import google_crc32c

READ_BYTES = 1 << 18


class Content:
    """A file that is being written, with its checksums.

    Attributes:
        name: by which it is found again.
        size: bytes so far.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.size = 0
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._crc32c = google_crc32c.Checksum()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)

    def write(self, data: bytes) -> None:
        """Appends bytes."""
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self.note(data)

    def note(self, data: bytes) -> None:
        """Counts bytes that are in the file already."""
        self.size += len(data)
        self._md5.update(data)
        self._crc32c.update(data)

    @property
    def md5(self) -> str:
        """MD5 as base64."""
        return base64.b64encode(self._md5.digest()).decode()

    @property
    def crc32c(self) -> str:
        """CRC32C, big-endian, as base64."""
        return base64.b64encode(self._crc32c.digest()).decode()

    def close(self) -> None:
        """Closes the file; what was written stays."""
        self._file.close()

    def __enter__(self) -> "Content":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()


class Contents:
    """A folder of such files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Returns where a file is."""
        return self._folder / name[:2] / name

    def new(self) -> Content:
        """Opens a new, empty file."""
        name = uuid.uuid4().hex
        return Content(name, self.path(name))

    def resume(self, name: str) -> Content:
        """Opens a file that was left unfinished, and reads what is in it for its checksums."""
        content = Content(name, self.path(name))
        with self.path(name).open("rb") as file:
            while data := file.read(READ_BYTES):
                content.note(data)
        return content

    def link(self, name: str) -> str:
        """Gives a whole file a second name, and returns it."""
        second = uuid.uuid4().hex
        path = self.path(second)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(self.path(name), path)
        return second

    def remove(self, name: str) -> None:
        """Removes a file; whoever reads it reads on."""
        self.path(name).unlink(missing_ok=True)

    def keep_only(self, names: Iterable[str]) -> None:
        """Removes the files that a kill left behind: those that nothing refers to."""
        known = set(names)
        for folder, _folders, files in os.walk(self._folder):
            for name in set(files) - known:
                (Path(folder) / name).unlink(missing_ok=True)
