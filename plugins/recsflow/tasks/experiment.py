"""Resolve the run's configuration, and render its SQL."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import get_current_context

from include import storage
from recsflow.links import ExperimentLink, QueryLink
from recsflow.progress import say
from recsflow.retries import retries
from recsflow.schedule_names import schedule_name
from recsflow.tasks.decorators import experiment_task, query_task
from recsflow.tasks.files import EXPERIMENT_FILE, read_experiment, sibling

if TYPE_CHECKING:
    from datetime import datetime

    from airflow.sdk import Context

    from include.experiment.experiment import Experiment
    from include.sql.renderer import StagingQuery
    from include.warehouse.client import Warehouse
    from recsflow.settings import Settings

WARNINGS_KEY = "warnings"
log = logging.getLogger(__name__)


# Reads table schemas only; repeated because the warehouse may be away for a moment.
@experiment_task(**retries(2, timedelta(seconds=30), execution_timeout=timedelta(minutes=10)))
def resolve_experiment() -> str:
    """Check everything that can be checked for free, and keep the resolved experiment; returns its URI."""
    from include.errors import ConfigError
    from include.experiment.resolver import resolve
    from recsflow.errors import InvalidExperiment
    from recsflow.settings import load_settings
    from recsflow.tasks.warehouse import open_warehouse

    context = get_current_context()
    settings = load_settings()
    warehouse = open_warehouse(settings)
    parameters = dict(context["params"])
    try:
        experiment = resolve(
            parameters,
            dag_id=context["dag"].dag_id,
            run_id=context["run_id"],
            window_end=window_end(context),
            table_schemas=_schemas(parameters, warehouse),
            schedule=schedule_name(context["dag"].dag_id),
        )
        _check_history(experiment, warehouse)
    except ConfigError as error:
        raise InvalidExperiment(str(error)) from None
    return keep_experiment(experiment, context, settings)


# Pure text; a retry could only help when the artifact root is away.
@query_task(**retries(1, timedelta(seconds=30), execution_timeout=timedelta(minutes=5)))
def render_query(experiment: str) -> str:
    """Render the SQL that stages the rows, and keep it with the experiment; returns its URI."""
    from recsflow.settings import load_settings

    settings = load_settings()
    query = staging_query(read_experiment(experiment), settings)
    uri = storage.write_text(sibling(experiment, "query.sql"), query.document())
    QueryLink.publish(get_current_context(), settings.artifact_link(uri))
    say("render_query", f"{len(query.sql.splitlines())} lines of SQL for table {query.table}")
    return uri


def keep_experiment(experiment: Experiment, context: Context, settings: Settings) -> str:
    """Write a resolved experiment where later tasks read it, tell of it, and return its URI."""
    uri = f"{settings.experiment_folder(experiment.experiment_id)}/{EXPERIMENT_FILE}"
    storage.write_text(uri, experiment.to_json())
    ExperimentLink.publish(context, settings.artifact_link(uri))
    _tell(experiment, context)
    return uri


def staging_query(experiment: Experiment, settings: Settings) -> StagingQuery:
    """Return the statement that stages an experiment's rows."""
    from include.sql.renderer import render_staging_query

    return render_staging_query(
        experiment, staging_dataset=settings.staging_dataset, project=settings.project
    )


def window_end(context: Context) -> datetime:
    """Return where the rows end: the end of the run's interval, or the moment from which it may run.

    A run that a person triggers need not have a logical date.
    """
    run = context["dag_run"]
    moment: datetime = run.data_interval_end or run.logical_date or run.run_after
    return moment


def _schemas(parameters: dict[str, object], warehouse: Warehouse) -> dict[str, dict[str, str]]:
    """Read the schemas of the dataset's tables; a table that is missing is left for `resolve` to report."""
    from include.experiment.resolver import tables_to_look_up
    from include.warehouse.errors import TableNotFound

    schemas = {}
    for table in tables_to_look_up(parameters):
        try:
            schemas[table] = warehouse.table_schema(table)
        except TableNotFound as error:
            log.info("Not found: %s", error)
    return schemas


def _check_history(experiment: Experiment, warehouse: Warehouse) -> None:
    """Refuse a window or a holdout that does not fit the dates in the data."""
    from include.errors import ConfigError
    from include.experiment.dataset_config import Role
    from include.experiment.history import check_history

    dataset = experiment.dataset
    column = dataset.with_role(Role.DATE)
    table = dataset.table_of(column) if column else None
    if column is None or table is None:
        return
    dates = warehouse.date_range(table.table, column.source or column.name)
    if problems := check_history(experiment, dates.first, dates.last):
        raise ConfigError(problems)


def _tell(experiment: Experiment, context: Context) -> None:
    split, task_id = experiment.split, context["ti"].task_id
    say(
        task_id,
        f"experiment {experiment.experiment_id}: dataset {experiment.dataset.name}, "
        f"features {experiment.features.name}, model {experiment.model.name}, "
        f"{split.sample_percent} % of the rows, {split.strategy} until {experiment.window_end:%Y-%m-%d}",
    )
    for warning in experiment.warnings:
        say(task_id, f"WARNING {warning}", logging.WARNING)
    context["ti"].xcom_push(key=WARNINGS_KEY, value=[str(warning) for warning in experiment.warnings])
