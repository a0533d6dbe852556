"""Files of artifacts where the job wrote them: on this machine (`/folder/name`) or in a bucket (`gs://bucket/name`).

The local Vertex AI reads buckets with the client that everybody has, and has no other way into them.
"""

import hashlib
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlparse

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from google.cloud.exceptions import NotFound

from local_cloud.settings import PROJECT

BUCKET_SCHEME = "gs://"


class Files(Protocol):
    """Where files are; a path is the whole address."""

    def exists(self, path: str) -> bool:
        """Whether there is a file, or anything below."""

    def read(self, path: str) -> bytes | None:
        """Returns a file; None where there is none of this name."""

    def children(self, path: str) -> list[tuple[str, int | None]]:
        """Returns names and sizes of what is in a folder; folders have no size."""

    def checksums(self, path: str) -> dict[str, str]:
        """Returns a checksum of each file below a folder by its path there; a file alone has one."""

    def download(self, path: str, folder: Path) -> None:
        """Copies all that is below a folder to a new one on this machine."""

    def make_folder(self, path: str) -> None:
        """Makes a folder where there are folders."""

    def remove_folder(self, path: str) -> None:
        """Removes a folder with what is in it."""


def location(uri: str) -> str:
    """Returns the address by which the files of a URI are found: `file://` is this machine's path."""
    parsed = urlparse(uri)
    if parsed.scheme == "file" and not parsed.netloc:
        return unquote(parsed.path)
    return uri.rstrip("/") if uri.startswith(BUCKET_SCHEME) else uri


def is_place(path: str) -> bool:
    """Whether an address is one: absolute on this machine, or in a bucket, and without a way up."""
    bucket, _, name = path.removeprefix(BUCKET_SCHEME).partition("/")
    if ".." in path.split("/"):
        return False
    return bool(bucket and name) if path.startswith(BUCKET_SCHEME) else path.startswith("/")


def files_of(path: str) -> Files:
    """Returns what knows the files of an address."""
    return _bucket_files() if path.startswith(BUCKET_SCHEME) else LocalFiles()


def bucket_location(path: str) -> str | None:
    """Returns the location of the bucket that an address is in; None where there is no such bucket."""
    return _bucket_files().location(path)


def digest_of(path: str) -> str:
    """Returns a digest of a file, or of a folder's files and names; empty where the text is no path."""
    if not is_place(path):
        return ""
    found = files_of(path).checksums(path)
    lines = "".join(f"{name}\0{checksum}\0" for name, checksum in sorted(found.items()))
    return hashlib.sha256(lines.encode()).hexdigest() if found else ""


class LocalFiles:
    """Files on this machine."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or a folder."""
        return Path(path).exists()

    def read(self, path: str) -> bytes | None:
        """Returns a file; None where there is none of this name."""
        return Path(path).read_bytes() if Path(path).is_file() else None

    def children(self, path: str) -> list[tuple[str, int | None]]:
        """Returns names and sizes of what is in a folder; folders have no size."""
        listed = Path(path).iterdir() if Path(path).is_dir() else ()
        return [(entry.name, entry.stat().st_size if entry.is_file() else None) for entry in listed]

    def checksums(self, path: str) -> dict[str, str]:
        """Returns the SHA-256 of each file."""
        root = Path(path)
        files = [root] if root.is_file() else [each for each in root.rglob("*") if each.is_file()]
        return {str(file.relative_to(root)): _sha256(file) for file in files}

    def download(self, path: str, folder: Path) -> None:
        """Copies a folder."""
        shutil.copytree(path, folder)

    def make_folder(self, path: str) -> None:
        """Makes a new folder."""
        Path(path).mkdir(parents=True)

    def remove_folder(self, path: str) -> None:
        """Removes a folder with what is in it."""
        shutil.rmtree(path)


class BucketFiles:
    """Files in buckets.

    Args:
        client: of Cloud Storage.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def location(self, path: str) -> str | None:
        """Returns the location of an address's bucket; None where there is no such bucket."""
        bucket, _ = _split(path)
        found = self._client.lookup_bucket(bucket)
        return str(found.location) if found is not None else None

    def exists(self, path: str) -> bool:
        """Whether there is an object, or one below."""
        return self._blob(path).exists() or any(True for _ in self._below(path, 1))

    def read(self, path: str) -> bytes | None:
        """Returns an object; None where there is none of this name."""
        try:
            content: bytes = self._blob(path).download_as_bytes()
        except NotFound:
            return None
        return content

    def children(self, path: str) -> list[tuple[str, int | None]]:
        """Returns names and sizes of what is in a folder; folders have no size."""
        bucket, name = _split(path)
        prefix = f"{name}/" if name else ""
        listed = self._client.list_blobs(bucket, prefix=prefix, delimiter="/")
        # TensorFlow leaves an empty object under a folder's name.
        found = [(blob.name.removeprefix(prefix), blob.size) for blob in listed if blob.name != prefix]
        return [*found, *((each.removeprefix(prefix).rstrip("/"), None) for each in listed.prefixes)]

    def checksums(self, path: str) -> dict[str, str]:
        """Returns the CRC32C and size of each object, as Cloud Storage keeps them."""
        bucket, name = _split(path)
        blobs = [blob for blob in self._client.list_blobs(bucket, prefix=name) if blob.name == name]
        blobs = blobs or list(self._below(path))
        return {blob.name.removeprefix(name).lstrip("/"): f"{blob.crc32c} {blob.size}" for blob in blobs}

    def download(self, path: str, folder: Path) -> None:
        """Copies all that is below a folder to a new one on this machine."""
        _, name = _split(path)
        for blob in self._below(path):
            target = folder / blob.name.removeprefix(f"{name}/")
            target.parent.mkdir(parents=True, exist_ok=True)
            if not blob.name.endswith("/"):
                blob.download_to_filename(target)

    def make_folder(self, path: str) -> None:
        """Does nothing: a bucket has no folders."""

    def remove_folder(self, path: str) -> None:
        """Removes the objects below."""
        for blob in self._below(path):
            blob.delete()

    def _blob(self, path: str) -> Any:
        bucket, name = _split(path)
        return self._client.bucket(bucket).blob(name)

    def _below(self, path: str, limit: int | None = None) -> Iterator[Any]:
        bucket, name = _split(path)
        return iter(self._client.list_blobs(bucket, prefix=f"{name}/", max_results=limit))


@cache
def _bucket_files() -> BucketFiles:
    # The client finds the local Cloud Storage by its environment variable.
    return BucketFiles(storage.Client(project=PROJECT, credentials=AnonymousCredentials()))


def _split(path: str) -> tuple[str, str]:
    bucket, _, name = path.removeprefix(BUCKET_SCHEME).partition("/")
    return bucket, name.rstrip("/")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
