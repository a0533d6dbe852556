"""The state of the tables that a run reads: asked for when it is resolved, and again where rows are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.errors import ConfigError
from include.warehouse.errors import SourceChanged
from include.warehouse.join_checks import check_joins
from include.warehouse.source_state import with_source_state
from recsflow.errors import InvalidExperiment

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import StagedTable, Warehouse


def read_source(experiment: Experiment, warehouse: Warehouse) -> Experiment:
    """Return an experiment with the state that its tables are in, after a look at its joins.

    Raises:
        InvalidExperiment: A join would repeat interactions, or a past state cannot be had.
        WarehouseError: The warehouse did not answer, or refused what it was asked.
    """
    try:
        current = with_source_state(experiment, warehouse)
    except ConfigError as error:
        raise InvalidExperiment(str(error)) from None
    if current.source_state != experiment.source_state and (problems := check_joins(current, warehouse)):
        raise InvalidExperiment(str(ConfigError(problems)))
    return current


def refuse_changed_source(experiment: Experiment, staged: StagedTable, warehouse: Warehouse) -> None:
    """Remove rows that were taken while a table changed: nobody knows which of its states they are of.

    Raises:
        SourceChanged: The tables are in another state than before the rows were taken.
    """
    before, now = experiment.source_state, with_source_state(experiment, warehouse).source_state
    if now == before:
        return
    warehouse.tables.drop(staged.table)
    raise SourceChanged(
        f"The source changed while its rows were taken: before, {before}; now, {now}. The rows were removed; "
        "run the task again once the tables are loaded, or run with source_as_of."
    )
