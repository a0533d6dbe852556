"""The first step of staging: which rows and columns are taken from the warehouse's tables."""

from collections.abc import Iterator
from dataclasses import dataclass

from include.experiment.dataset_config import Condition, DatasetConfig, JoinKey, Operator, Table
from include.experiment.experiment import Experiment
from include.sql.casts import cast_expression
from include.sql.identifiers import identifier, table
from include.sql.parameters import QueryParameter, condition_parameter, moment_parameter


@dataclass(frozen=True)
class Join:
    """A JOIN of the statement, its parts ready for SQL."""

    kind: str
    table: str
    alias: str
    keys: tuple[str, ...]


def base_alias(dataset: DatasetConfig) -> str:
    """Return the alias of the table that holds the interactions."""
    return identifier(dataset.tables[0].alias)


def source_columns(experiment: Experiment) -> list[str]:
    """Return the staged columns, cast, and what the later steps need of the originals."""
    dataset = experiment.dataset
    columns = []
    for index, column in enumerate(experiment.columns):
        source = _source(dataset, column.name)
        separator = f"@{_separator_name(index)}"
        expression = cast_expression(source, column.bigquery_type, column.staged_type, separator)
        name = identifier(column.name)
        columns.append(expression if expression.endswith(f".{name}") else f"{expression} AS {name}")
    # Splits compare dates in their original type, before they become seconds.
    columns.append(f"{_source(dataset, dataset.date_column)} AS interaction_date")
    if dataset.filters.top_revenue_share:
        revenue = _source(dataset, dataset.filters.top_revenue_share.column)
        columns.append(f"CAST({revenue} AS FLOAT64) AS interaction_revenue")
    return columns


def separators(experiment: Experiment) -> list[QueryParameter]:
    """Return the parameters by which `source_columns` joins the values of arrays."""
    return [
        QueryParameter(_separator_name(index), "STRING", column.separator)
        for index, column in enumerate(experiment.columns)
        if column.separator is not None
    ]


def joins(dataset: DatasetConfig, project: str | None) -> list[Join]:
    """Return the joins in the order of the config."""
    return [
        Join(
            kind=(joined.join or "left").upper(),
            table=table(joined.table, project),
            alias=identifier(joined.alias),
            keys=tuple(_key(dataset, joined, key) for key in joined.keys),
        )
        for joined in dataset.tables[1:]
    ]


def conditions(experiment: Experiment) -> tuple[list[str], list[QueryParameter]]:
    """Return what a row must fulfil to be taken, and the parameters of that."""
    dataset = experiment.dataset
    date, date_type = (
        _source(dataset, dataset.date_column),
        experiment.column(dataset.date_column).bigquery_type,
    )
    texts, parameters = [], []
    if experiment.window_start:
        texts.append(f"{date} >= @window_start")
        parameters.append(moment_parameter("window_start", experiment.window_start, date_type))
    texts.append(f"{date} < @window_end")
    parameters.append(moment_parameter("window_end", experiment.window_end, date_type))
    texts += [f"{_source(dataset, name)} IS NOT NULL" for name in (dataset.customer_id, dataset.product_id)]
    for index, condition in enumerate(dataset.filters.conditions):
        named = list(_condition_parameters(index, condition, experiment))
        texts.append(_condition(_source(dataset, condition.column), condition.operator, named))
        parameters += named
    return texts, parameters


def _separator_name(index: int) -> str:
    return f"separator_{index}"


def _source(dataset: DatasetConfig, name: str) -> str:
    column = dataset.column(name)
    if column is None:
        raise LookupError(f"Dataset {dataset.name} has no column {name}.")
    alias = column.table or dataset.tables[0].alias
    return f"{identifier(alias)}.{identifier(column.source or column.name)}"


def _key(dataset: DatasetConfig, joined: Table, key: str | JoinKey) -> str:
    left, right = (key.left, key.right) if isinstance(key, JoinKey) else (key, key)
    alias, _, column = left.rpartition(".")
    left_sql = f"{identifier(alias or dataset.tables[0].alias)}.{identifier(column)}"
    return f"{left_sql} = {identifier(joined.alias)}.{identifier(right)}"


def _condition_parameters(
    index: int, condition: Condition, experiment: Experiment
) -> Iterator[QueryParameter]:
    if condition.value is None:
        return
    name, reported = f"condition_{index}", experiment.filter_types[condition.column]
    if isinstance(condition.value, tuple):
        for position, value in enumerate(condition.value):
            yield condition_parameter(f"{name}_{position}", value, reported)
    else:
        yield condition_parameter(name, condition.value, reported)


def _condition(column: str, operator: Operator, parameters: list[QueryParameter]) -> str:
    listed = ", ".join(f"@{parameter.name}" for parameter in parameters)
    match operator:
        case Operator.IS_NULL:
            return f"{column} IS NULL"
        case Operator.IS_NOT_NULL:
            return f"{column} IS NOT NULL"
        case Operator.IN:
            return f"{column} IN ({listed})"
        case Operator.NOT_IN:
            return f"{column} NOT IN ({listed})"
        case _:
            return f"{column} {operator.value} {listed}"
