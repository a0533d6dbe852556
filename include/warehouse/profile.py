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
FROM `{table}` {as_of}
"""


def date_range(warehouse: Warehouse, table: str, column: str, *, as_of: str, timeout_s: float) -> DateRange:
    """First and last date of a DATE, DATETIME, TIMESTAMP or (unix seconds) INT64 column."""
    kind = _types(warehouse, table, [column])[column]
    value = f"TIMESTAMP_SECONDS(`{column}`)" if kind == "INTEGER" else f"`{column}`"
    sql = _DATE_RANGE.format(value=value, table=warehouse.name(table), as_of=as_of)
    _, rows = warehouse.query(sql, (), {}, timeout_s)
    row = next(iter(rows))
    return DateRange(row["first"], row["last"], row["row_count"])


def _types(warehouse: Warehouse, table: str, columns: Sequence[str]) -> dict[str, str]:
    schema = warehouse.table_schema(table)
    for column in columns:
        if column not in schema:
            raise WarehouseError(f"{table}: no column {column!r}; it has {', '.join(schema)}.")
    return {column: schema[column] for column in columns}
