"""Staged rows as Parquet files, one folder a split, in the layout that the pipeline reads.

    {artifact_root}/rows/{table}/train/rows.parquet
    {artifact_root}/rows/{table}/_SUCCESS
    {artifact_root}/rows/{table}/history/rows.parquet

Rows that a sample leaves out lie in `history`, with few of their columns and a `_SUCCESS` of their own, also
where the pipeline reads its splits from the warehouse.

`_SUCCESS` is written last and names the table that was exported: another export of the same table does
nothing, and a table that was dropped and staged anew is exported anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from include import storage
from include.warehouse.client import HISTORY, SPLITS, Warehouse

if TYPE_CHECKING:
    import pyarrow as pa
    from upath import UPath

ROW_GROUP_ROWS = 131_072
MARKER = "_SUCCESS"


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
    marker, marker_path = _marker(warehouse, table), folder / MARKER
    if _holds(marker_path, marker):
        return str(folder)
    columns = [column for column in warehouse.table_schema(table) if column != "split"]
    for split in SPLITS:
        _export(warehouse, table, folder, columns, split)
    storage.write_text(marker_path, marker)
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
    folder = rows_folder(table, root)
    marker, marker_path = _marker(warehouse, table), folder / HISTORY / MARKER
    if not _holds(marker_path, marker):
        _export(warehouse, table, folder, columns, HISTORY)
        storage.write_text(marker_path, marker)
    return str(folder / HISTORY)


def rows_folder(table: str, root: str | UPath) -> UPath:
    """Return the folder that a staged table is exported to, whether or not it was."""
    return storage.artifact_path(root, "rows", table.rpartition(".")[2])


def is_exported(warehouse: Warehouse, table: str, root: str | UPath) -> bool:
    """Return whether the table that is there now was exported; raises TableNotFound where there is none."""
    return _holds(rows_folder(table, root) / MARKER, _marker(warehouse, table))


def _holds(path: UPath, text: str) -> bool:
    return storage.exists(path) and storage.read_text(path) == text


def _marker(warehouse: Warehouse, table: str) -> str:
    described = warehouse.describe(table)
    content = {
        "table": str(warehouse.name(table)),
        "created": described.created.isoformat(),
        "rows": described.num_rows,
    }
    return json.dumps(content, indent=2) + "\n"


def _export(warehouse: Warehouse, table: str, folder: UPath, columns: Sequence[str], split: str) -> None:
    schema, batches = warehouse.read_batches(table, columns, split)
    _write(folder / split / "rows.parquet", schema, batches)


def _write(path: UPath, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    import pyarrow.parquet as pq

    with (
        storage.open_atomic(path) as stream,
        pq.ParquetWriter(stream, schema, compression="snappy") as writer,
    ):
        for rows in _regrouped(schema, batches):
            writer.write_table(rows)


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
