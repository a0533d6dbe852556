"""How many staged test rows are of customers and products without a train row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.warehouse.client import Warehouse

_TIMEOUT_S = 600.0
_COLD_ROWS = """
SELECT
  {counts}
FROM `{table}` AS staged
{joins}
WHERE
  staged.split = 'test'
"""
_COUNT = "COUNTIF(known_{place}.id IS NULL) AS `{column}`"
_KNOWN = """LEFT JOIN (
  -- One row is one id with a train row.
  SELECT DISTINCT `{column}` AS id FROM `{table}` WHERE split = 'train'
) AS known_{place}
ON staged.`{column}` = known_{place}.id"""


def cold_rows(warehouse: Warehouse, table: str, columns: Sequence[str]) -> dict[str, int]:
    """Return for each id column of a staged table the test rows whose id no train row has."""
    name = warehouse.name(table)
    placed = [{"place": place, "column": column, "table": name} for place, column in enumerate(columns)]
    counts = ",\n  ".join(_COUNT.format(**each) for each in placed)
    joins = "\n".join(_KNOWN.format(**each) for each in placed)
    sql = _COLD_ROWS.format(counts=counts, joins=joins, table=name)
    _, rows = warehouse.query(sql, (), {}, _TIMEOUT_S)
    return dict(next(iter(rows)).items())
