"""Resolve the run's configuration, and render its SQL."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow.sdk import get_current_context

from include import storage
from recsflow.experiments.files import EXPERIMENT_FILE, read_experiment, sibling
from recsflow.extensions.links import ExperimentLink, QueryLink
from recsflow.extensions.retries import retries
from recsflow.extensions.run_note import WARNINGS_KEY
from recsflow.log import say
from recsflow.tasks.decorators import experiment_task, query_task

if TYPE_CHECKING:
    from datetime import datetime

    from airflow.sdk import Context

    from include.experiment.resolve.experiment import Experiment
    from include.sql.renderer import StagingQuery
    from recsflow.settings import Settings


# Reads table schemas only; repeated because the warehouse may be away for a moment.
@experiment_task(**retries(2, timedelta(seconds=30), execution_timeout=timedelta(minutes=10)))
def resolve_experiment() -> str:
    """Check everything that can be checked for free, and keep the resolved experiment; returns its URI."""
    from include.plan.text import render_plan
    from recsflow.experiments.resolution import RunIdentity, resolve_run
    from recsflow.planning.plan import Reach, job_limits, make_plan
    from recsflow.settings import load_settings
    from recsflow.warehouse import open_warehouse

    context = get_current_context()
    settings = load_settings()
    warehouse = open_warehouse(settings)
    run = RunIdentity(context["dag"].dag_id, context["run_id"], window_end(context))
    experiment = resolve_run(dict(context["params"]), run, warehouse)
    uri = keep_experiment(experiment, context, settings)
    plan = make_plan(experiment, settings, Reach(warehouse, job_limits(context["dag"].tasks)))
    say(context["ti"].task_id, render_plan(plan, whole=False))
    return uri


# Pure text; a retry could only help when the artifact root is away.
@query_task(**retries(1, timedelta(seconds=30), execution_timeout=timedelta(minutes=5)))
def render_query(experiment: str) -> str:
    """Render the SQL that stages the rows, and keep it with the experiment; returns its URI."""
    from recsflow.settings import load_settings

    settings = load_settings()
    query = staging_query(read_experiment(experiment), settings)
    uri = keep_query(query, experiment)
    QueryLink.publish(get_current_context(), settings.artifact_link(uri))
    say("render_query", f"{len(query.sql.splitlines())} lines of SQL for table {query.table}")
    return uri


def keep_query(query: StagingQuery, experiment: str) -> str:
    """Write a statement beside its experiment, where people and later plans read it; returns its URI."""
    return storage.write_text(sibling(experiment, "query.sql"), query.document())


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
