"""Where a dataset config and the tables of the warehouse disagree."""

from collections.abc import Iterator
from datetime import datetime, time

from include.errors import Problem
from include.experiment.checks.dataset_checks import file_of
from include.experiment.checks.join_checks import check_join_columns
from include.experiment.checks.partition_checks import check_partition_columns
from include.experiment.config.column_types import TableSchemas, Use, base_type, staged_type, type_remedy
from include.experiment.config.dataset_config import Column, Condition, DatasetConfig, Role, Scalar
from include.experiment.config.problems import did_you_mean, shown
from include.experiment.config.run_parameters import RUN_PARAMETERS

_CONDITION_VALUES: dict[str, type | tuple[type, ...]] = {
    "INT64": int,
    "FLOAT64": (int, float),
    "NUMERIC": (int, float),
    "BIGNUMERIC": (int, float),
    "STRING": str,
    "BOOL": bool,
    "DATE": str,
    "DATETIME": str,
    "TIMESTAMP": str,
}
_DATES = ("DATE", "DATETIME", "TIMESTAMP")


def check_schema(dataset: DatasetConfig, schemas: TableSchemas) -> list[Problem]:
    """Return where a dataset config and the tables of the warehouse disagree.

    Args:
        dataset: The config.
        schemas: Reported type by column, by table as written in the config; a table that the warehouse does
            not have is absent.
    """
    return [
        *_missing_tables(dataset, schemas),
        *_missing_columns(dataset, schemas),
        *check_join_columns(dataset, schemas),
        *check_partition_columns(dataset, schemas),
        *_condition_types(dataset, schemas),
    ]


def check_date(dataset: DatasetConfig, schemas: TableSchemas, *, from_run: bool) -> list[Problem]:
    """Return what is wrong with the type of the date column, which the dataset or the run has chosen."""
    column = dataset.with_role(Role.DATE)
    reported = column_type(dataset, column.name, schemas) if column else None
    if column is None or reported is None or staged_type(reported, Use.DATE):
        return []
    where, field = file_of(dataset), f"columns[{dataset.columns.index(column)}].name"
    if from_run:
        where, field = RUN_PARAMETERS, "date_column"
    received = f"is {column.name!r} of type {reported}, which cannot be date"
    return [Problem(where, field, received, type_remedy(reported, Use.DATE))]


def column_type(dataset: DatasetConfig, name: str, schemas: TableSchemas) -> str | None:
    """Return the reported type of a dataset's column, or None where it cannot be found."""
    column = dataset.column(name)
    table = dataset.table_of(column) if column else None
    if column is None or table is None:
        return None
    return schemas.get(table.table, {}).get(column.source or column.name)


def _missing_tables(dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    for index, table in enumerate(dataset.tables):
        if table.table not in schemas:
            remedy = "check its name, and that the connection's account may read it"
            received = f"is {table.table!r}, which the warehouse does not have"
            yield Problem(file_of(dataset), f"tables[{index}].table", received, remedy)


def _missing_columns(dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    for index, column in enumerate(dataset.columns):
        table = dataset.table_of(column)
        if table is None or table.table not in schemas:
            continue
        schema = schemas[table.table]
        source = column.source or column.name
        field = f"columns[{index}].{'source' if column.source else 'name'}"
        if source not in schema:
            received = f"is {source!r}, which table {table.table} does not have"
            yield Problem(file_of(dataset), field, received, did_you_mean(source, schema))
        else:
            yield from _role_type(dataset, field, column, schema[source])


def _role_type(dataset: DatasetConfig, field: str, column: Column, reported: str) -> Iterator[Problem]:
    uses = {
        Role.CUSTOMER_ID: Use.ID,
        Role.PRODUCT_ID: Use.ID,
        Role.BASKET: Use.ID,
        Role.LABEL: Use.NUMBER,
    }
    use = uses.get(column.role)
    if use and staged_type(reported, use) is None:
        received = f"is {column.name!r} of type {reported}, which cannot be {column.role.value}"
        yield Problem(file_of(dataset), field, received, type_remedy(reported, use))


def _condition_types(dataset: DatasetConfig, schemas: TableSchemas) -> Iterator[Problem]:
    for index, condition in enumerate(dataset.filters.conditions):
        reported = column_type(dataset, condition.column, schemas)
        if reported:
            yield from _condition_type(file_of(dataset), f"filters.conditions[{index}]", condition, reported)
    revenue = dataset.filters.top_revenue_share
    reported = column_type(dataset, revenue.column, schemas) if revenue else None
    if revenue and reported and base_type(reported) not in {"INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC"}:
        received = f"is {revenue.column!r} of type {reported}, which cannot be summed"
        remedy = "use a column of numbers"
        yield Problem(file_of(dataset), "filters.top_revenue_share.column", received, remedy)


def _condition_type(where: str, field: str, condition: Condition, reported: str) -> Iterator[Problem]:
    kind = base_type(reported)
    if condition.value is None:
        return
    if kind not in _CONDITION_VALUES:
        received = f"is {condition.column!r} of type {reported}, which cannot be compared with a value"
        yield Problem(
            where, f"{field}.column", received, f"use a column of type {', '.join(_CONDITION_VALUES)}"
        )
        return
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    for value in values:
        if not _fits(value, kind):
            received = f"is {shown(value)}, but {condition.column} is {kind}"
            example = ", such as 2017-12-31" if kind in _DATES else ""
            yield Problem(where, f"{field}.value", received, f"use a value of type {kind}{example}")


def _fits(value: Scalar, kind: str) -> bool:
    if isinstance(value, bool) or kind == "BOOL":
        return isinstance(value, bool) and kind == "BOOL"
    if kind in _DATES and isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return False
        return kind != "DATE" or len(value) == len("2017-12-31") or moment.time() == time()
    return isinstance(value, _CONDITION_VALUES[kind])
