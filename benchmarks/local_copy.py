"""Artifacts on this machine's disk, from where all systems of a benchmark read alike."""

from __future__ import annotations

from pathlib import Path

from include import storage


def local_copy(uri: str, folder: Path) -> Path:
    """Returns where a file or folder of the artifact root is on this disk; copies it out of a bucket once.

    Args:
        uri: `file:///folder/name` or `gs://bucket/name`.
        folder: Where copies go to, under their name in the bucket.
    """
    if not uri.startswith("gs://"):
        return Path(storage.local_path(uri))
    target = folder / uri.removeprefix("gs://")
    if not target.exists():
        below = [file.path for file in storage.list_files(uri) if not file.is_folder]
        for name in below or [""]:
            file = target / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(storage.read_bytes(f"{uri}/{name}".rstrip("/")))
    return target
