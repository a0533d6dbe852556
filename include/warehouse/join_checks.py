"""Whether a join keeps one row an interaction, asked before anything is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.errors import Problem
from include.experiment.checks.dataset_checks import file_of
from include.experiment.config.problems import shown
from include.sql.repeated_keys import repeated_keys_query

if TYPE_CHECKING:
    from google.cloud.bigquery.table import Row

    from include.experiment.config.dataset_config import Table
    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse


def check_joins(experiment: Experiment, warehouse: Warehouse) -> list[Problem]:
    """Return the joined tables that have several rows for their keys: a join would repeat interactions.

    Args:
        experiment: The resolved experiment.
        warehouse: Where the tables are; each joined one is asked one query over its keys.
    """
    return [
        _problem(experiment, index, table, row)
        for index, table in enumerate(experiment.dataset.tables[1:], start=1)
        for row in warehouse.ask(repeated_keys_query(experiment, table, warehouse.project))
    ]


def _problem(experiment: Experiment, index: int, table: Table, row: Row) -> Problem:
    keys = ", ".join(table.key_columns)
    example = ", ".join(f"{column} = {shown(str(row[column]))}" for column in table.key_columns)
    several = f"{row['key_count']:,} of its values have several rows in {table.table}"
    worst = f"for example {example} has {row['row_count']:,}"
    if table.latest_by:
        received = f"is {table.latest_by}, but {several} that are newest alike, {worst}"
        remedy = "name a column that tells them apart, or join a view with one row a key"
        return Problem(file_of(experiment.dataset), f"tables[{index}].latest_by", received, remedy)
    received = f"is {keys}, but {several}, {worst}, and an interaction would be repeated for each"
    remedy = (
        "set `latest_by` to a column whose highest value tells the row to take, add a key, or join a view"
    )
    return Problem(file_of(experiment.dataset), f"tables[{index}].keys", received, remedy)
