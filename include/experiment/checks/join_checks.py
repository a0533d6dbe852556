"""Where the keys of a join and the tables of the warehouse disagree."""

from collections.abc import Iterator

from include.errors import Problem
from include.experiment.checks.dataset_checks import file_of
from include.experiment.config.column_types import TableSchemas, base_type
from include.experiment.config.dataset_config import DatasetConfig, JoinKey, Table
from include.experiment.config.problems import did_you_mean

# What BigQuery converts by itself where two columns are compared; each type is also comparable with itself.
# https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#coercion
_COERCED = (
    ("INT64", "NUMERIC", "BIGNUMERIC", "FLOAT64"),
    ("DATE", "DATETIME"),
)
_COMPARABLE = (
    *("INT64", "NUMERIC", "BIGNUMERIC", "FLOAT64", "STRING", "BOOL", "BYTES"),
    *("DATE", "DATETIME", "TIME", "TIMESTAMP"),
)
_ORDERED = ("INT64", "NUMERIC", "BIGNUMERIC", "FLOAT64", "STRING", "DATE", "DATETIME", "TIMESTAMP")


def check_join_columns(dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    """Yield join keys and `latest_by` that a table lacks, or whose type BigQuery does not compare."""
    by_alias = {table.alias: table.table for table in dataset.tables}
    for index, table in enumerate(dataset.tables):
        for position, key in enumerate(table.keys):
            left, right = (key.left, key.right) if isinstance(key, JoinKey) else (key, key)
            alias, _, left_column = left.rpartition(".")
            left_table = by_alias.get(alias or dataset.tables[0].alias, "")
            field = f"tables[{index}].keys[{position}]"
            yield from _key(dataset, field, ((left_table, left_column), (table.table, right)), schemas)
        yield from _latest_by(dataset, f"tables[{index}].latest_by", table, schemas)


def _key(
    dataset: DatasetConfig, field: str, sides: tuple[tuple[str, str], ...], schemas: TableSchemas
) -> Iterator[Problem]:
    types = []
    for table, column in sides:
        if table not in schemas:
            continue
        if column in schemas[table]:
            types.append(base_type(schemas[table][column]))
        else:
            received = f"is {column!r}, which table {table} does not have"
            yield Problem(file_of(dataset), field, received, did_you_mean(column, schemas[table]))
    if len(types) < len(sides):
        return
    (left_table, left), (right_table, right) = sides
    compared = (
        f"compares {left_table}.{left} of type {types[0]} with {right_table}.{right} of type {types[1]}"
    )
    if any(kind not in _COMPARABLE for kind in types):
        remedy = f"use columns of type {', '.join(_COMPARABLE)}"
        yield Problem(file_of(dataset), field, f"{compared}, which cannot be joined by", remedy)
    elif not _coerced(*types):
        remedy = f"cast one of them in a view, and name the view as the table: CAST({right} AS {types[0]})"
        yield Problem(file_of(dataset), field, f"{compared}, which BigQuery refuses", remedy)


def _coerced(left: str, right: str) -> bool:
    return left == right or any(left in group and right in group for group in _COERCED)


def _latest_by(dataset: DatasetConfig, field: str, table: Table, schemas: TableSchemas) -> Iterator[Problem]:
    column, schema = table.latest_by, schemas.get(table.table)
    if column is None or schema is None:
        return
    if column not in schema:
        received = f"is {column!r}, which table {table.table} does not have"
        yield Problem(file_of(dataset), field, received, did_you_mean(column, schema))
    elif base_type(schema[column]) not in _ORDERED:
        received = f"is {column!r} of type {schema[column]}, which has no newest value"
        remedy = f"use a column of type {', '.join(_ORDERED)}"
        yield Problem(file_of(dataset), field, received, remedy)
