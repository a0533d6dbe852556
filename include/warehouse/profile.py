"""A few numbers about a table of the user's, taken before anything is spent on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.warehouse.errors import WarehouseError
from include.warehouse.results import DateRange

if TYPE_CHECKING:
    from include.warehouse.client import Warehouse

_DATE_RANGE = """
SELECT
  CAST(MIN({value}) AS TIMESTAMP) AS first,
  CAST(MAX({value}) AS TIMESTAMP) AS last,
  COUNT({value}) AS row_count
FROM `{table}`
"""
_NULL_COUNTS = """
SELECT
  {counts}
FROM `{table}`
"""


def date_range(warehouse: Warehouse, table: str, column: str, *, timeout_s: float) -> DateRange:
    """First and last date of a DATE, DATETIME, TIMESTAMP or (unix seconds) INT64 column."""
    kind = _types(warehouse, table, [column])[column]
    value = f"TIMESTAMP_SECONDS(`{column}`)" if kind == "INTEGER" else f"`{column}`"
    sql = _DATE_RANGE.format(value=value, table=warehouse.name(table))
    _, rows = warehouse.query(sql, (), {}, timeout_s)
    row = next(iter(rows))
    return DateRange(row["first"], row["last"], row["row_count"])


def null_counts(
    warehouse: Warehouse, table: str, columns: Sequence[str], *, timeout_s: float
) -> dict[str, int]:
    """Rows of a whole table in which each column is NULL."""
    _types(warehouse, table, columns)
    counts = ",\n  ".join(f"COUNTIF(`{column}` IS NULL) AS `{column}`" for column in columns)
    sql = _NULL_COUNTS.format(counts=counts, table=warehouse.name(table))
    _, rows = warehouse.query(sql, (), {}, timeout_s)
    return dict(next(iter(rows)).items())


def _types(warehouse: Warehouse, table: str, columns: Sequence[str]) -> dict[str, str]:
    schema = warehouse.table_schema(table)
    for column in columns:
        if column not in schema:
            raise WarehouseError(f"{table}: no column {column!r}; it has {', '.join(schema)}.")
    return {column: schema[column] for column in columns}
