"""Staged rows as Parquet files, one folder a split, in the layout that the pipeline reads.

    {artifact_root}/rows/{table}/train/*.parquet
    {artifact_root}/rows/{table}/_SUCCESS
    {artifact_root}/rows/{table}/history/*.parquet

BigQuery itself writes them where the artifact root is a bucket, and the worker where it is a folder. Rows
that a sample leaves out lie in `history`, with few of their columns and a `_SUCCESS` of their own.

`_SUCCESS` is written last and names the table that was exported: another export of the same table does
nothing, and a table that was dropped and staged anew is exported anew. It has the SHA-256 of each file, by
which the pipeline's components tell whether they read what was exported
(`recsflow_trainer/exported_rows.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from include import storage
from include.artifacts.by_content import RowsFolder
from include.artifacts.layout import ArtifactLayout
from include.warehouse.client import HISTORY, SPLITS, Warehouse
from include.warehouse.export_data import export_split
from include.warehouse.parquet_files import write_split

if TYPE_CHECKING:
    from upath import UPath

MARKER = RowsFolder.marker.name


def export_parquet(warehouse: Warehouse, table: str, root: str | UPath) -> str:
    """Write every split of a staged table below `root`, unless that is done already.

    Args:
        warehouse: Where the table is.
        table: A staged table, with its `split` column.
        root: The artifact root.

    Returns:
        The URI of the folder that holds the splits' folders.
    """
    folder = _rows_folder(table, root)
    exported = _exported(warehouse, table)
    if _is_of(exported, folder):
        return str(folder)
    columns = [column for column in warehouse.table_schema(table) if column != "split"]
    digests = {
        f"{split}/{name}": digest
        for split in SPLITS
        for name, digest in _export(warehouse, table, folder / split, columns, split).items()
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
    folder = _rows_folder(table, root) / HISTORY
    exported = _exported(warehouse, table)
    if not _is_of(exported, folder):
        mark_exported(folder, exported, _export(warehouse, table, folder, columns, HISTORY))
    return str(folder)


def _rows_folder(table: str, root: str | UPath) -> UPath:
    return storage.artifact_path(ArtifactLayout(str(root).rstrip("/")).rows(table).uri)


def is_exported(warehouse: Warehouse, table: str, root: str | UPath) -> bool:
    """Return whether the table that is there now was exported; raises TableNotFound where there is none."""
    return _is_of(_exported(warehouse, table), _rows_folder(table, root))


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


def _export(
    warehouse: Warehouse, table: str, folder: UPath, columns: Sequence[str], split: str
) -> dict[str, str]:
    """Write one split to a folder, and return the SHA-256 of each file there by its name."""
    in_bucket = str(folder).startswith("gs://")
    return (export_split if in_bucket else write_split)(warehouse, table, folder, columns, split)
