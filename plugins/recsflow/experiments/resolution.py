"""From the params of a DAG run to its experiment, checked against the warehouse."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.errors import ConfigError
from include.experiment.config.schedule_names import schedule_name
from include.experiment.resolve.history import check_history
from include.experiment.resolve.resolver import resolve, tables_to_look_up
from include.warehouse.errors import TableNotFound
from include.warehouse.partitions import check_partitions
from include.warehouse.profile import interaction_dates
from include.warehouse.spending import check_spending
from recsflow.errors import InvalidExperiment
from recsflow.experiments.source import read_source
from recsflow.experiments.tuning import tuned_run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunIdentity:
    """Which run it is.

    Attributes:
        window_end: Where its rows end, before the dataset's own end of history.
    """

    dag_id: str
    run_id: str
    window_end: datetime


def resolve_run(
    parameters: Mapping[str, object], run: RunIdentity, warehouse: Warehouse | None
) -> Experiment:
    """Return the experiment of a run.

    Args:
        parameters: The run's params.
        run: Which run it is.
        warehouse: What is checked against; None leaves those checks out, and the types of columns.

    Raises:
        InvalidExperiment: With every problem of the parameters, the configs and the data's dates.
        WarehouseError: The warehouse did not answer, or refused what it was asked.
    """
    schedule = schedule_name(run.dag_id)
    try:
        tuned = tuned_run(parameters, schedule)
        experiment = resolve(
            tuned.parameters,
            dag_id=run.dag_id,
            run_id=run.run_id,
            window_end=run.window_end,
            table_schemas=_schemas(parameters, warehouse) if warehouse else None,
            schedule=schedule,
        )
        if warehouse:
            check_source(experiment, warehouse)
    except ConfigError as error:
        raise InvalidExperiment(str(error)) from None
    credited = tuned.credited(experiment)
    return read_source(credited, warehouse) if warehouse else credited


def _schemas(parameters: Mapping[str, object], warehouse: Warehouse) -> dict[str, dict[str, str]]:
    """Read the schemas of the dataset's tables; a table that is missing is left for `resolve` to report."""
    schemas = {}
    for table in tables_to_look_up(parameters):
        try:
            schemas[table] = warehouse.table_schema(table)
        except TableNotFound as error:
            log.info("Not found: %s", error)
    return schemas


def check_source(experiment: Experiment, warehouse: Warehouse) -> None:
    """Refuse tables that are partitioned otherwise, queries that cost too much, dates that do not fit.

    Raises:
        ConfigError: With every problem.
    """
    for check in (check_partitions, check_spending):
        if problems := check(experiment, warehouse):
            raise ConfigError(problems)
    dates = interaction_dates(experiment, warehouse)
    if problems := check_history(experiment, dates.first, dates.last):
        raise ConfigError(problems)
