"""Staged rows as files, which are the ones that were exported.

The orchestrator writes them as Parquet, and at last `_SUCCESS` beside them, which has the SHA-256 of each
(`include/warehouse/parquet_export.py`). What is computed from them is kept under the name of their table, so
rows that were edited in their place must not be read.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from recsflow_trainer.errors import ExportedRowsError
from recsflow_trainer.keras import tf

MARKER = "_SUCCESS"
_CHUNK_BYTES = 1 << 24


@dataclass(frozen=True)
class ExportedFile:
    """A Parquet file of staged rows.

    Attributes:
        path: where it is.
        marker: the `_SUCCESS` that names it.
        sha256: what the export says of its content.
    """

    path: str
    marker: str
    sha256: str

    def verify(self) -> None:
        """Reads the file once; raises ExportedRowsError where it is gone, or not what was exported."""
        for _ in self._verified_chunks():
            pass

    def read(self) -> bytes:
        """Returns the file's content; raises ExportedRowsError where it is gone, or not what was exported."""
        return b"".join(self._verified_chunks())

    def _verified_chunks(self) -> Iterator[bytes]:
        digest = hashlib.sha256()
        try:
            with tf.io.gfile.GFile(self.path, "rb") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    yield chunk
        except tf.errors.NotFoundError:
            raise ExportedRowsError(
                f"{self.path} is gone after it was exported; {_remedy(self.marker)}"
            ) from None
        if digest.hexdigest() != self.sha256:
            raise ExportedRowsError(f"{self.path} was changed after it was exported; {_remedy(self.marker)}")


def exported_files(folder: str, split: str = "") -> list[ExportedFile]:
    """Returns the files of exported rows, sorted by path.

    Args:
        folder: URI of the folder that has `_SUCCESS`.
        split: Folder in it, of one split; all of them by default.

    Raises:
        ExportedRowsError: The export was not finished, or wrote no file for this split.
    """
    root = folder.rstrip("/")
    marker = f"{root}/{MARKER}"
    try:
        with tf.io.gfile.GFile(marker) as stream:
            digests: dict[str, str] = json.loads(stream.read()).get("files", {})
    except tf.errors.NotFoundError:
        raise ExportedRowsError(
            f"{root}: no rows, or not all of them, since {MARKER} is not there; clear the task "
            "stage_dataset, which exports them."
        ) from None
    chosen = {
        name: digest for name, digest in digests.items() if name.startswith(f"{split}/" if split else "")
    }
    if not chosen:
        raise ExportedRowsError(f"{marker}: names no file of {split or 'rows'}; {_remedy(marker)}")
    return [ExportedFile(f"{root}/{name}", marker, digest) for name, digest in sorted(chosen.items())]


def _remedy(marker: str) -> str:
    return f"remove {marker}, then clear the task stage_dataset, which exports the rows again."
