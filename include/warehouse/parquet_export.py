"""Staged rows as Parquet files, one folder a split, in the layout that the pipeline reads.

    {artifact_root}/rows/{table}/train/rows.parquet
    {artifact_root}/rows/{table}/_SUCCESS
    {artifact_root}/rows/{table}/history/rows.parquet

Rows that a sample leaves out lie in `history`, with few of their columns and a `_SUCCESS` of their own.

`_SUCCESS` is written last and names the table that was exported: another export of the same table does
nothing, and a table that was dropped and staged anew is exported anew. It has the SHA-256 of each file, by
which the pipeline's components tell whether they read what was exported
(`recsflow_trainer/exported_rows.py`).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from include import storage
from include.warehouse.client import HISTORY, SPLITS, Warehouse

if TYPE_CHECKING:
    import pyarrow as pa
    from upath import UPath

ROW_GROUP_ROWS = 131_072
MARKER = "_SUCCESS"
ROWS_FILE = "rows.parquet"


def export_parquet(warehouse: Warehouse, table: str, root: str | UPath) -> str:
    """Write every split of a staged table below `root`, unless that is done already.

    Args:
        warehouse: Where the table is.
        table: A staged table, with its `split` column.
        root: The artifact root.

    Returns:
        The URI of the folder that holds the splits' folders.
    """
    folder = rows_folder(table, root)
    exported = _exported(warehouse, table)
    if _is_of(exported, folder):
        return str(folder)
    columns = [column for column in warehouse.table_schema(table) if column != "split"]
    digests = {
        f"{split}/{ROWS_FILE}": _export(warehouse, table, folder / split, columns, split) for split in SPLITS
    }
    mark_exported(folder, exported, digests)
    return str(folder)


def export_history(warehouse: Warehouse, table: str, root: str | UPath, columns: Sequence[str]) -> str:
    """Write the rows of a staged table that its sample leaves out, unless that is done already.

    Args:
        warehouse: Where the table is.
        table: A staged table.
        root: The artifact root.
        columns: Who bought what, and when.

    Returns:
        The URI of the folder of their files.
    """
    folder = rows_folder(table, root) / HISTORY
    exported = _exported(warehouse, table)
    if not _is_of(exported, folder):
        mark_exported(folder, exported, {ROWS_FILE: _export(warehouse, table, folder, columns, HISTORY)})
    return str(folder)


def rows_folder(table: str, root: str | UPath) -> UPath:
    """Return the folder that a staged table is exported to, whether or not it was."""
    return storage.artifact_path(root, "rows", table.rpartition(".")[2])


def is_exported(warehouse: Warehouse, table: str, root: str | UPath) -> bool:
    """Return whether the table that is there now was exported; raises TableNotFound where there is none."""
    return _is_of(_exported(warehouse, table), rows_folder(table, root))


def _exported(warehouse: Warehouse, table: str) -> dict[str, Any]:
    described = warehouse.describe(table)
    return {
        "table": str(warehouse.name(table)),
        "created": described.created.isoformat(),
        "rows": described.num_rows,
    }


def _is_of(exported: Mapping[str, Any], folder: UPath) -> bool:
    """Return whether a folder has the rows of this table, each file of them with its digest."""
    if not storage.exists(folder / MARKER):
        return False
    try:
        marker = json.loads(storage.read_text(folder / MARKER))
    except ValueError:
        return False
    return isinstance(marker, dict) and "files" in marker and exported.items() <= marker.items()


def mark_exported(folder: UPath, exported: Mapping[str, Any], digests: Mapping[str, str]) -> None:
    """Write `_SUCCESS`: what was exported, and the SHA-256 of each file by its path in the folder."""
    storage.write_text(folder / MARKER, json.dumps({**exported, "files": digests}, indent=2) + "\n")


def _export(warehouse: Warehouse, table: str, folder: UPath, columns: Sequence[str], split: str) -> str:
    """Write one split to a folder, and return the SHA-256 of its file."""
    schema, batches = warehouse.read_batches(table, columns, split)
    return _write(folder / ROWS_FILE, schema, batches)


def _write(path: UPath, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> str:
    import pyarrow.parquet as pq

    with (
        storage.open_atomic(path) as stream,
        _HashedStream(stream) as hashed,
        pq.ParquetWriter(hashed, schema, compression="snappy") as writer,
    ):
        for rows in _regrouped(schema, batches):
            writer.write_table(rows)
    return hashed.sha256


def _regrouped(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Join the server's small batches, since each table written becomes a row group of its own."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        if count >= ROW_GROUP_ROWS:
            yield pa.Table.from_batches(waiting, schema=schema)
            waiting, count = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting, schema=schema)


class _HashedStream(io.RawIOBase):
    """A stream that is only written to, with the SHA-256 of what was written."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def writable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:
        self._digest.update(content)
        return self._stream.write(content)

    def tell(self) -> int:
        return self._stream.tell()
