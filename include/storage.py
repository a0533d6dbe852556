"""Files under the artifact root, the same on a local folder and on Google Cloud Storage.

A path is a URI: `file:///folder/name` or `gs://bucket/name`. A reader never sees half a file: a local
file is written beside its target and renamed, an object on Cloud Storage appears when it is complete.
"""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from include.cloud_storage import answered, check_reachable
from include.identity import storage_credentials
from include.storage_errors import StorageError, enough_space, writing

if TYPE_CHECKING:
    from upath import UPath


# A small file takes a round trip, whatever its size.
_READERS = 16
_BEING_REMOVED = re.compile(r"\.(?P<name>[^/]+)\.[0-9a-f]{8}\.removed(?=/|$)")


@dataclass(frozen=True)
class StoredFile:
    """A file, or a local folder, which may be empty.

    Attributes:
        path: Below the folder that was listed.
        changed: When it was written; None where the service does not say it of a folder.
        version: Another one whenever the file was written anew: its generation on Cloud Storage.
    """

    path: str
    size_bytes: int
    changed: datetime | None
    is_folder: bool
    version: str = ""


def artifact_path(uri: str | UPath, *parts: str) -> UPath:
    """The path of a URI, and of what lies below it.

    Args:
        uri: `file:///folder`, `gs://bucket/prefix` or an absolute local path.
        *parts: Names to append, one folder or file each.

    Raises:
        StorageError: The URI has another scheme, a relative path or no bucket.
    """
    from upath import UPath

    text = _checked(uri)
    if text.startswith("file:///"):
        path = UPath(text)
    else:
        credentials = storage_credentials()
        signed: dict[str, Any] = {"token": credentials} if credentials else {}
        # Another process writes what we poll for, so a cached listing would hide it.
        path = UPath(text, use_listings_cache=False, **signed)
    return path.joinpath(*parts) if parts else path


def local_path(uri: str | UPath) -> str:
    """The plain path of a `file://` URI, any other URI unchanged: the form that TFX takes."""
    from upath import UPath

    # Only named here, not asked for.
    path = UPath(_checked(uri))
    return path.path if _is_local(path) else str(path)


def write_text(uri: str | UPath, text: str) -> str:
    """Write a whole UTF-8 file atomically, its folders included, and return its URI."""
    return write_bytes(uri, text.encode())


def write_bytes(uri: str | UPath, data: bytes) -> str:
    """Write a whole file atomically, its folders included, and return its URI."""
    path = artifact_path(uri)
    if _is_local(path):
        with open_atomic(path) as stream:
            stream.write(data)
    else:
        with writing(path), _asked(path) as files:
            files.pipe_file(path.path, data)
    return str(path)


def create_text(uri: str | UPath, text: str) -> bool:
    """Write a whole UTF-8 file where there is none, and return whether it did; of two at once, one does."""
    path = artifact_path(uri)
    if not _is_local(path):
        with writing(path), _asked(path) as files:
            try:
                files.pipe_file(path.path, text.encode(), mode="create")
            except FileExistsError:
                return False
        return True
    target = Path(path.path)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    with writing(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text)
        try:
            os.link(temporary, target)
        except FileExistsError:
            return False
        finally:
            temporary.unlink()
    return True


def read_text(uri: str | UPath) -> str:
    """Read a whole UTF-8 file; FileNotFoundError when it is absent."""
    return read_bytes(uri).decode()


def read_bytes(uri: str | UPath) -> bytes:
    """Read a whole file; FileNotFoundError when it is absent."""
    path = artifact_path(uri)
    with _asked(path) as files:
        return cast("bytes", files.cat_file(path.path))


def read_all(folder: str | UPath, names: Iterable[str]) -> dict[str, bytes]:
    """Read files of a folder, several at a time from Cloud Storage; by name, without absent ones."""
    path = artifact_path(folder)
    readers = 1 if _is_local(path) else _READERS

    def read(name: str) -> bytes | None:
        try:
            return cast("bytes", path.fs.cat_file(f"{path.path.rstrip('/')}/{name}"))
        except FileNotFoundError:
            return None

    listed = list(names)
    with _asked(path), ThreadPoolExecutor(readers) as pool:
        found = zip(listed, pool.map(read, listed), strict=True)
        return {name: content for name, content in found if content is not None}


def exists(uri: str | UPath) -> bool:
    """Whether the file or folder is there."""
    path = artifact_path(uri)
    with _asked(path) as files:
        return bool(files.exists(path.path))


def list_files(uri: str | UPath) -> list[StoredFile]:
    """Return all files and folders below a folder, at any depth; none where there is no such folder."""
    path = artifact_path(uri)
    with _asked(path) as files:
        found = files.find(path.path, withdirs=True, detail=True)
    return [_stored(name, info, path.path) for name, info in found.items() if name != path.path.rstrip("/")]


def list_names(uri: str | UPath) -> list[str]:
    """Return the names of the files and folders in a folder; none where there is no such folder."""
    path = artifact_path(uri)
    try:
        with _asked(path) as files:
            found = files.ls(path.path, detail=False)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(str(name).rstrip("/").rpartition("/")[2] for name in found)


def remove(uri: str | UPath) -> None:
    """Remove a file, or a folder with all that is in it; nothing happens where there is none.

    A local folder disappears at once, under another name until it is empty: whoever asks whether it is there
    never finds half of it. `original_name` tells what it was, should this be interrupted.
    """
    path = artifact_path(uri)
    if not exists(path):
        return
    if not _is_local(path):
        with _asked(path) as files:
            files.rm(path.path, recursive=True)
        return
    target = Path(path.path)
    if target.is_dir() and not target.is_symlink():
        leaving = target
        if not _BEING_REMOVED.fullmatch(target.name):
            leaving = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.removed")
            target.rename(leaving)
        shutil.rmtree(leaving)
    else:
        target.unlink(missing_ok=True)


def original_name(path: str) -> str:
    """Return a path as it was before an interrupted removal."""
    return _BEING_REMOVED.sub(lambda found: found["name"], path)


@contextmanager
def open_atomic(uri: str | UPath) -> Iterator[BinaryIO]:
    """Open a file for writing that appears at its place, whole, when the block ends without an error.

    On an error nothing appears on a local folder; Cloud Storage discards the unfinished upload.
    """
    path = artifact_path(uri)
    if not _is_local(path):
        with _asked(path) as files:
            stream = files.open(path.path, "wb")
        try:
            yield cast("BinaryIO", stream)
        except BaseException:
            stream.discard()
            # A stream that sent no block yet has nothing to discard; gcsfs would upload it when collected.
            stream.closed = True
            raise
        with _asked(path):
            stream.close()
        return
    target = Path(path.path)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    with writing(path):
        target.parent.mkdir(parents=True, exist_ok=True)
    with writing(path):
        local_stream = temporary.open("wb")
    try:
        # What a caller reads in between may be missing for reasons of its own; a full disk is this one's.
        with enough_space(path), local_stream:
            yield local_stream
        with writing(path):
            os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _checked(uri: str | UPath) -> str:
    text = str(uri)
    if text.startswith("/"):
        text = f"file://{text}"
    if text.startswith("file:///") or (text.startswith("gs://") and text.removeprefix("gs://").split("/")[0]):
        return text
    raise StorageError(f"artifact URI: received {text!r}; use file:///folder or gs://bucket/prefix.")


def _stored(name: str, info: dict[str, Any], folder: str) -> StoredFile:
    changed = info.get("mtime")
    if isinstance(changed, int | float):
        changed = datetime.fromtimestamp(changed, UTC)
    path = name.removeprefix(folder.rstrip("/")).strip("/")
    size_bytes = int(info.get("size") or 0)
    # A local file is renamed to its place, so that each version is another file there.
    version = str(info.get("generation") or f"{info.get('mtime')} {info.get('ino')} {size_bytes}")
    return StoredFile(path, size_bytes, changed, info["type"] == "directory", version)


@contextmanager
def _asked(path: UPath) -> Iterator[Any]:
    if _is_local(path):
        yield path.fs
        return
    check_reachable(path)
    with answered(path):
        yield path.fs


def _is_local(path: UPath) -> bool:
    return path.protocol in {"file", "local", ""}
