"""Rows of a staged table as Parquet files that BigQuery writes, where the artifact root is a bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from include import storage
from include.sql.identifiers import identifier

if TYPE_CHECKING:
    from upath import UPath

    from include.warehouse.client import Warehouse

EXPORT_TIMEOUT_S = 1800.0
_CHUNK_BYTES = 1 << 22
_EXPORT = """
EXPORT DATA OPTIONS (
  uri = {uri},
  format = 'PARQUET',
  compression = 'SNAPPY',
  overwrite = TRUE
)
AS
SELECT
  {columns}
FROM `{table}`
WHERE split = '{split}'
"""


def export_split(
    warehouse: Warehouse, table: str, folder: UPath, columns: Sequence[str], split: str
) -> dict[str, str]:
    """Have BigQuery write the rows of one split to a folder of a bucket.

    The account that runs the query writes there. What it wrote is read once, in pieces, for its digest: what
    comes from the service's metadata would be another digest than that of files in a folder.

    Returns:
        The SHA-256 of each file by its name in the folder.
    """
    # Overwriting removes nothing, and a file that an interrupted export left would be read with the others.
    storage.remove(folder)
    listed = ",\n  ".join(map(identifier, columns))
    uri = _literal(f"{folder}/*.parquet")
    sql = _EXPORT.format(uri=uri, columns=listed, table=warehouse.name(table), split=split)
    warehouse.query(sql, (), {}, EXPORT_TIMEOUT_S)
    return {name: _sha256(folder / name) for name in storage.list_names(folder)}


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _sha256(path: UPath) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
