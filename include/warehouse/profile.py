"""A few numbers about a table of the user's, taken before anything is spent on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.experiment.config.dataset_config import Role
from include.sql.identifiers import identifier
from include.sql.partitions import partition_bounds
from include.sql.sources import as_of
from include.sql.template import ReadQuery
from include.warehouse.errors import WarehouseError
from include.warehouse.partitions import dates_of_partitions, tells_dates
from include.warehouse.results import DateRange

if TYPE_CHECKING:
    from include.experiment.config.dataset_config import Table
    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse

_DATE_RANGE = """
SELECT
  CAST(MIN({value}) AS TIMESTAMP) AS first,
  CAST(MAX({value}) AS TIMESTAMP) AS last,
  COUNT({value}) AS row_count
FROM `{table}`{source}
"""


def interaction_dates(experiment: Experiment, warehouse: Warehouse) -> DateRange:
    """Return the first and the last date of an experiment's interactions.

    The metadata of a table's partitions tell them, where these are days or hours of the date column. Other
    tables are asked, of their partitions those of the window where the config names the column of that.

    Args:
        experiment: The resolved experiment.
        warehouse: Where its tables are.
    """
    query = dates_query(experiment, warehouse)
    if query is None:
        return dates_of_partitions(warehouse, warehouse.describe(_date_of(experiment)[0].table))
    (row,) = warehouse.ask(query)
    return DateRange(row["first"], row["last"], row["row_count"])


def dates_query(experiment: Experiment, warehouse: Warehouse) -> ReadQuery | None:
    """Return the query for the dates of an experiment's interactions; None where metadata tell them."""
    table, column = _date_of(experiment)
    found = warehouse.describe(table.table)
    if experiment.parameters.source_as_of is None and tells_dates(found, column):
        return None
    bounds, parameters = partition_bounds(experiment, table)
    where = f"\nWHERE {' AND '.join(bounds)}" if bounds else ""
    read = f" AS {identifier(table.alias)} {as_of(experiment)}{where}"
    sql = _date_range_sql(warehouse, table.table, column, read)
    return ReadQuery(sql, tuple(parameters))


def _date_of(experiment: Experiment) -> tuple[Table, str]:
    """Return the table of the interactions' date, and its column there."""
    dataset = experiment.dataset
    column = dataset.with_role(Role.DATE)
    table = dataset.table_of(column) if column else None
    if column is None or table is None:
        raise LookupError(f"Dataset {dataset.name} was not checked before it is asked for its dates.")
    return table, column.source or column.name


def date_range(warehouse: Warehouse, table: str, column: str) -> DateRange:
    """First and last date of a DATE, DATETIME, TIMESTAMP or (unix seconds) INT64 column."""
    (row,) = warehouse.ask(ReadQuery(_date_range_sql(warehouse, table, column, "")))
    return DateRange(row["first"], row["last"], row["row_count"])


def _date_range_sql(warehouse: Warehouse, table: str, column: str, source: str) -> str:
    """Return the query; `source` follows the table: its alias, a past state, a condition."""
    kind = _types(warehouse, table, [column])[column]
    value = f"TIMESTAMP_SECONDS(`{column}`)" if kind == "INTEGER" else f"`{column}`"
    return _DATE_RANGE.format(value=value, table=warehouse.name(table), source=source)


def _types(warehouse: Warehouse, table: str, columns: Sequence[str]) -> dict[str, str]:
    schema = warehouse.table_schema(table)
    for column in columns:
        if column not in schema:
            raise WarehouseError(f"{table}: no column {column!r}; it has {', '.join(schema)}.")
    return {column: schema[column] for column in columns}
