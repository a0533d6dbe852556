"""Conditions by which a query reads those partitions of a table alone that hold rows of the window."""

from datetime import timedelta

from include.experiment.config.dataset_config import Table
from include.experiment.resolve.experiment import Experiment
from include.sql.identifiers import identifier
from include.sql.parameters import QueryParameter, moment_parameter


def partition_bounds(experiment: Experiment, table: Table) -> tuple[list[str], list[QueryParameter]]:
    """Return what a row of the window fulfils by its partition, and the parameters of that.

    None where the dataset config does not say by what a table is partitioned.
    """
    if table.partition_column is None:
        return [], []
    column = f"{identifier(table.alias)}.{identifier(table.partition_column)}"
    reported, margin = experiment.partition_types[table.alias], timedelta(days=table.partition_margin_days)
    name = f"partition_{table.alias}"
    texts, parameters = [], []
    if experiment.window_start:
        texts.append(f"{column} >= @{name}_start")
        parameters.append(moment_parameter(f"{name}_start", experiment.window_start - margin, reported))
    texts.append(f"{column} < @{name}_end")
    parameters.append(moment_parameter(f"{name}_end", experiment.window_end + margin, reported))
    return texts, parameters


def bounds_beside_window(experiment: Experiment) -> tuple[list[str], list[QueryParameter]]:
    """Return the bounds of the interactions beside a condition for the window, which may be one already."""
    first = experiment.dataset.tables[0]
    return ([], []) if is_by_date(experiment, first) else partition_bounds(experiment, first)


def is_by_date(experiment: Experiment, table: Table) -> bool:
    """Return whether a table is partitioned by the date of its interactions."""
    dataset = experiment.dataset
    date = dataset.column(dataset.date_column)
    if date is None or dataset.table_of(date) is not table:
        return False
    return table.partition_column == (date.source or date.name)
