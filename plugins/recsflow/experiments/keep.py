"""A resolved experiment, where later tasks read it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include import storage
from recsflow.cards.writing import note_resolved
from recsflow.extensions.links import ExperimentLink
from recsflow.log import say
from recsflow.run_notes.keys import TITLE_KEY, WARNINGS_KEY

if TYPE_CHECKING:
    from datetime import datetime

    from airflow.sdk import Context

    from include.experiment.resolve.experiment import Experiment
    from recsflow.settings import Settings


def keep_experiment(experiment: Experiment, context: Context, settings: Settings) -> str:
    """Write a resolved experiment where later tasks read it, tell of it, and return its URI."""
    uri = settings.layout.experiment(experiment.experiment_id).experiment
    storage.write_text(uri, experiment.to_json())
    note_resolved(experiment, context, settings.layout)
    ExperimentLink.publish(context, settings.artifact_link(uri))
    _tell(experiment, context)
    return uri


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
        f"{experiment.display_name}, experiment {experiment.experiment_id}: "
        f"dataset {experiment.dataset.name}, "
        f"features {experiment.features.name}, model {experiment.model.name}, "
        f"{split.sample_percent} % of the rows, {split.strategy} until {experiment.window_end:%Y-%m-%d}",
    )
    for warning in experiment.warnings:
        say(task_id, f"WARNING {warning}", logging.WARNING)
    context["ti"].xcom_push(key=TITLE_KEY, value=experiment.display_name)
    context["ti"].xcom_push(key=WARNINGS_KEY, value=[str(warning) for warning in experiment.warnings])
