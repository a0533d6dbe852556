"""The staged table of an experiment, asked where it is: no row comes here but for examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from include.experiment.config.column_types import base_type
from include.sql.identifiers import identifier
from include.sql.template import ReadQuery

if TYPE_CHECKING:
    import pyarrow as pa
    from google.cloud.bigquery.table import Row

    from include.sql.parameters import QueryParameter
    from include.warehouse.client import Warehouse
    from include.warehouse.table_name import TableName

# Rows that a sample leaves out are in no split, and none of a check's business.
HISTORY = "history"
OF_SPLITS = f"COALESCE(split, '') != '{HISTORY}'"
SAMPLE_ROWS = 10_000
_COUNTS = """
SELECT
  split,
  COUNT(*) AS row_count{expressions}
FROM `{table}`
GROUP BY split
"""
# The same rows in each run: their order is that of a hash of what they hold.
_SAMPLE = """
SELECT
  {columns}
FROM `{table}` AS staged
WHERE {of_splits}
ORDER BY FARM_FINGERPRINT(TO_JSON_STRING(staged))
LIMIT {limit}
"""


@dataclass(frozen=True)
class Counts:
    """Aggregates of the rows of each split.

    Attributes:
        by_split: Their values by name, by split; None is the split of rows without one.
        history_rows: Rows outside the sample, which are in no split.
    """

    by_split: Mapping[str | None, Mapping[str, Any]]
    history_rows: int = 0

    @property
    def rows(self) -> int:
        """Rows of all splits."""
        return self.total("row_count")

    def total(self, name: str) -> int:
        """Return the sum of an aggregate over the splits."""
        return sum(values[name] or 0 for values in self.by_split.values())

    def of(self, split: str, name: str) -> int:
        """Return an aggregate of a split, 0 where it has no rows."""
        return self.by_split.get(split, {}).get(name) or 0


@dataclass(frozen=True)
class StagedRows:
    """A staged table.

    Args:
        warehouse: Where it is.
        table: Its name.
    """

    warehouse: Warehouse
    table: str

    @property
    def name(self) -> TableName:
        """Its full name."""
        return self.warehouse.name(self.table)

    @cached_property
    def types(self) -> dict[str, str]:
        """BigQuery's type of each column, `INT64` for example."""
        return {
            name: base_type(reported) for name, reported in self.warehouse.table_schema(self.table).items()
        }

    def count(self, expressions: Mapping[str, str], parameters: Sequence[QueryParameter] = ()) -> Counts:
        """Return aggregates of each split, by one query.

        Args:
            expressions: Aggregate expressions in SQL, by the name of their value.
            parameters: Query parameters of the expressions.
        """
        listed = "".join(f",\n  {sql} AS {identifier(name)}" for name, sql in expressions.items())
        sql = _COUNTS.format(expressions=listed, table=self.name)
        rows = self.ask(sql, [each for each in parameters if f"@{each.name}" in sql])
        by_split = {row["split"]: {**dict(row.items())} for row in rows}
        history = by_split.pop(HISTORY, {"row_count": 0})
        return Counts(by_split, history["row_count"])

    def ask(self, sql: str, parameters: Sequence[QueryParameter] = ()) -> list[Row]:
        """Return the few rows that answer a question."""
        return self.warehouse.ask(ReadQuery(sql, tuple(parameters)))

    def sample(self) -> pa.Table:
        """Return `SAMPLE_ROWS` of the splits' rows, or all where there are no more; the same in each run."""
        columns = ",\n  ".join(map(identifier, self.types))
        sql = _SAMPLE.format(columns=columns, table=self.name, of_splits=OF_SPLITS, limit=SAMPLE_ROWS)
        return self.warehouse.ask_arrow(ReadQuery(sql))
