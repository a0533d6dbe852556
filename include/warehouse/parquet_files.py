"""Rows of a staged table as a Parquet file that the worker writes, where the artifact root is a folder."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from include import storage

if TYPE_CHECKING:
    import pyarrow as pa
    from upath import UPath

    from include.warehouse.client import Warehouse

ROW_GROUP_ROWS = 131_072
ROWS_FILE = "rows.parquet"


def write_split(
    warehouse: Warehouse, table: str, folder: UPath, columns: Sequence[str], split: str
) -> dict[str, str]:
    """Write the rows of one split to a folder.

    Returns:
        The SHA-256 of each file by its name in the folder.
    """
    schema, batches = warehouse.read_batches(table, columns, split)
    return {ROWS_FILE: _write(folder / ROWS_FILE, schema, batches)}


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
