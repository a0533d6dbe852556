"""Where the partition columns of a dataset config and the tables of the warehouse disagree."""

from collections.abc import Iterator

from include.errors import Problem
from include.experiment.checks.dataset_checks import file_of
from include.experiment.config.column_types import TableSchemas, base_type
from include.experiment.config.dataset_config import INGESTION_TIME, DatasetConfig, Table
from include.experiment.config.problems import did_you_mean

DATES = ("DATE", "DATETIME", "TIMESTAMP")


def check_partition_columns(dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    """Yield partition columns that a table lacks, or whose type no window bounds."""
    for index, table in enumerate(dataset.tables):
        schema, field = schemas.get(table.table), f"tables[{index}].partition_column"
        if table.partition_column is None:
            if table.partition_margin_days:
                received = f"is {table.partition_margin_days} without a partition_column"
                remedy = "name the column that the table is partitioned by, or remove it"
                yield Problem(file_of(dataset), f"tables[{index}].partition_margin_days", received, remedy)
        elif schema is not None and (reported := partition_type(table, schemas)) is None:
            received = f"is {table.partition_column!r}, which table {table.table} does not have"
            remedy = f"{did_you_mean(table.partition_column, schema)}, or {INGESTION_TIME}"
            yield Problem(file_of(dataset), field, received, remedy)
        elif schema is not None and base_type(reported or "") not in DATES:
            received = f"is {table.partition_column!r} of type {reported}, which no window bounds"
            yield Problem(file_of(dataset), field, received, f"use a column of type {', '.join(DATES)}")


def partition_type(table: Table, schemas: TableSchemas) -> str | None:
    """Return the warehouse type of a table's partition column; None where it has none of that name."""
    if table.partition_column is None:
        return None
    if table.partition_column == INGESTION_TIME:
        return "TIMESTAMP"
    return schemas.get(table.table, {}).get(table.partition_column)


def partition_types(dataset: DatasetConfig, schemas: TableSchemas) -> dict[str, str]:
    """Return the warehouse types of the partition columns, by alias of their table."""
    found = {table.alias: partition_type(table, schemas) for table in dataset.tables}
    return {alias: reported for alias, reported in found.items() if reported}
