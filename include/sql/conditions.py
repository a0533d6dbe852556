"""Which rows of the source are taken: those of the window, step by step less what each condition drops."""

from collections.abc import Iterator
from dataclasses import dataclass

from include.experiment.config.dataset_config import Condition, Operator
from include.experiment.resolve.experiment import Experiment
from include.sql.columns import source_column, value_of
from include.sql.parameters import QueryParameter, condition_parameter, moment_parameter
from include.sql.sources import joins


@dataclass(frozen=True)
class RowStep:
    """A step that may drop rows.

    Attributes:
        name: Under which its count is reported.
        says: What a dropped row is like, after a number of rows.
        keeps: What a row must fulfil.
        missing: Whether a row has no value to compare; empty for a step that is about nothing else.
        parameters: Those of `keeps`.
    """

    name: str
    says: str
    keeps: str
    missing: str = ""
    parameters: tuple[QueryParameter, ...] = ()


def window_conditions(experiment: Experiment) -> tuple[list[str], list[QueryParameter]]:
    """Return what a row of the window fulfils, and the parameters of that."""
    date = source_column(experiment.dataset, experiment.dataset.date_column)
    date_type = experiment.column(experiment.dataset.date_column).bigquery_type
    texts, parameters = [], []
    if experiment.window_start:
        texts.append(f"{date} >= @window_start")
        parameters.append(moment_parameter("window_start", experiment.window_start, date_type))
    texts.append(f"{date} < @window_end")
    parameters.append(moment_parameter("window_end", experiment.window_end, date_type))
    return texts, parameters


def row_steps(experiment: Experiment) -> list[RowStep]:
    """Return what drops rows of the window, in order: inner joins, missing ids, the filters' conditions."""
    dataset = experiment.dataset
    inner = [
        RowStep(f"join_{joined.alias}", f"have no row in {table.table}", f"{joined.matched} IS NOT NULL")
        for table, joined in zip(dataset.tables[1:], joins(experiment, None), strict=True)
        if table.join == "inner"
    ]
    ids = [
        RowStep(f"id_{name}", f"have no {name}", f"{_id(experiment, name)} IS NOT NULL")
        for name in (dataset.customer_id, dataset.product_id)
    ]
    filters = [
        _step(index, condition, experiment) for index, condition in enumerate(dataset.filters.conditions)
    ]
    return [*inner, *ids, *filters]


def _id(experiment: Experiment, name: str) -> str:
    return value_of(source_column(experiment.dataset, name), experiment.column(name).bigquery_type)


def _step(index: int, condition: Condition, experiment: Experiment) -> RowStep:
    reported = experiment.filter_types[condition.column]
    column = value_of(source_column(experiment.dataset, condition.column), reported)
    parameters = tuple(_parameters(index, condition, reported))
    value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
    wanted = "" if condition.asks_for_missing else f" {value!r}"
    return RowStep(
        name=f"condition_{index}",
        says=f"do not fulfil filters.conditions[{index}], {condition.column} {condition.operator}{wanted}",
        keeps=_comparison(column, condition, parameters),
        missing="" if condition.asks_for_missing else f"{column} IS NULL",
        parameters=parameters,
    )


def _parameters(index: int, condition: Condition, reported: str) -> Iterator[QueryParameter]:
    name = f"condition_{index}"
    if isinstance(condition.value, tuple):
        for position, value in enumerate(condition.value):
            yield condition_parameter(f"{name}_{position}", value, reported)
    elif condition.value is not None:
        yield condition_parameter(name, condition.value, reported)


def _comparison(column: str, condition: Condition, parameters: tuple[QueryParameter, ...]) -> str:
    listed = ", ".join(f"@{parameter.name}" for parameter in parameters)
    match condition.operator:
        case Operator.IS_NULL:
            return f"{column} IS NULL"
        case Operator.IS_NOT_NULL:
            return f"{column} IS NOT NULL"
        case Operator.IN:
            compared = f"{column} IN ({listed})"
        case Operator.NOT_IN:
            compared = f"{column} NOT IN ({listed})"
        case _:
            compared = f"{column} {condition.operator.value} {listed}"
    # A comparison with NULL is NULL, which WHERE takes for a no.
    return f"COALESCE({compared}, TRUE)" if condition.keeps_missing else compared
