"""Columns of the source as SQL expressions: in their own type, with missing values, and cast for staging."""

from include.experiment.config.column_types import base_type
from include.experiment.config.dataset_config import DatasetConfig
from include.experiment.resolve.experiment import Experiment
from include.sql.casts import cast_expression
from include.sql.identifiers import identifier
from include.sql.parameters import QueryParameter


def source_column(dataset: DatasetConfig, name: str) -> str:
    """Return a dataset's column in SQL, as it stands in its table."""
    column = dataset.column(name)
    if column is None:
        raise LookupError(f"Dataset {dataset.name} has no column {name}.")
    alias = column.table or dataset.tables[0].alias
    return f"{identifier(alias)}.{identifier(column.source or column.name)}"


def value_of(column: str, reported: str) -> str:
    """Return a column with NULL wherever its value is missing: an empty text says nothing either."""
    return f"NULLIF({column}, '')" if base_type(reported) == "STRING" else column


def staged_expressions(experiment: Experiment) -> list[str]:
    """Return the staged columns, cast, and what the later steps need of the originals."""
    dataset = experiment.dataset
    columns = []
    for index, column in enumerate(experiment.columns):
        source = source_column(dataset, column.name)
        value = value_of(source, column.bigquery_type)
        separator = f"@{_separator_name(index)}"
        expression = cast_expression(value, column.bigquery_type, column.staged_type, separator)
        name = identifier(column.name)
        columns.append(expression if expression.endswith(f".{name}") else f"{expression} AS {name}")
    # Splits compare dates in their original type, before they become seconds.
    columns.append(f"{source_column(dataset, dataset.date_column)} AS interaction_date")
    if dataset.filters.top_revenue_share:
        revenue = source_column(dataset, dataset.filters.top_revenue_share.column)
        columns.append(f"CAST({revenue} AS FLOAT64) AS interaction_revenue")
    return columns


def separators(experiment: Experiment) -> list[QueryParameter]:
    """Return the parameters by which `staged_expressions` joins the values of arrays."""
    return [
        QueryParameter(_separator_name(index), "STRING", column.separator)
        for index, column in enumerate(experiment.columns)
        if column.separator is not None
    ]


def _separator_name(index: int) -> str:
    return f"separator_{index}"
