"""How the tables of an experiment are partitioned, as the warehouse tells without reading a row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include.errors import Problem
from include.experiment.checks.dataset_checks import file_of
from include.experiment.config.dataset_config import INGESTION_TIME
from include.sql.parameters import QueryParameter
from include.sql.template import ReadQuery
from include.warehouse.results import DateRange

if TYPE_CHECKING:
    from google.cloud.bigquery import Table as DescribedTable

    from include.experiment.config.dataset_config import Table
    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse

STORED = "TABLE"
# By the granularity of partitions, how their ids are written; a longer one does not tell days apart.
# https://cloud.google.com/bigquery/docs/managing-partitioned-tables#partition_ids
ID_FORMATS = {"DAY": "%Y%m%d", "HOUR": "%Y%m%d%H"}
_DATES_OF_PARTITIONS = """
SELECT
  MIN(partition_id) AS first,
  MAX(partition_id) AS last,
  SUM(total_rows) AS row_count
FROM `{project}.{dataset}`.INFORMATION_SCHEMA.PARTITIONS
WHERE
  table_name = @table_name
  AND total_rows > 0
  -- Rows without a date, and rows that were streamed just now.
  AND NOT STARTS_WITH(partition_id, '__')
"""


def check_partitions(experiment: Experiment, warehouse: Warehouse) -> list[Problem]:
    """Return the tables that are partitioned otherwise than the dataset config says.

    Args:
        experiment: The resolved experiment.
        warehouse: Where the tables are; it is asked for metadata alone.
    """
    return [
        Problem(file_of(experiment.dataset), f"tables[{index}].partition_column", *complaint)
        for index, table in enumerate(experiment.dataset.tables)
        if (complaint := _complaint(table, warehouse.describe(table.table)))
    ]


def partition_column(found: DescribedTable) -> str | None:
    """Return what a table is partitioned by, where that is a date or the time of ingestion."""
    if found.time_partitioning is None:
        return None
    return found.time_partitioning.field or INGESTION_TIME


def tells_dates(found: DescribedTable, column: str) -> bool:
    """Return whether the partitions of a table tell the days of a column."""
    return partition_column(found) == column and found.time_partitioning.type_ in ID_FORMATS


def dates_of_partitions(warehouse: Warehouse, found: DescribedTable) -> DateRange:
    """Return the days (or hours) of the first and the last partition that has rows.

    Args:
        warehouse: Where the table is.
        found: A table for which `tells_dates` holds.
    """
    sql = _DATES_OF_PARTITIONS.format(project=found.project, dataset=found.dataset_id)
    (row,) = warehouse.ask(ReadQuery(sql, (QueryParameter("table_name", "STRING", found.table_id),)))
    written = ID_FORMATS[found.time_partitioning.type_]
    first, last = (
        None if text is None else datetime.strptime(text, written).replace(tzinfo=UTC)
        for text in (row["first"], row["last"])
    )
    return DateRange(first, last, row["row_count"] or 0)


def _complaint(table: Table, found: DescribedTable) -> tuple[str, str] | None:
    """Return what was received and what to do; None where there is nothing to say."""
    actual, written = partition_column(found), table.partition_column
    if written is None:
        if not found.require_partition_filter:
            return None
        received = f"is missing, but {table.table} takes no query without a filter on its partitions"
        if actual is None:
            return received, "name a view that filters them, since ranges of numbers are in no window"
        return received, f"set it to {actual}"
    if found.table_type != STORED or (actual or "").lower() == written.lower():
        return None
    received = f"is {written!r}, but {table.table} is " + (
        f"partitioned by {actual}" if actual else "not partitioned by time"
    )
    return received, f"use {actual}" if actual else "remove it"
