"""The statement that stages an experiment's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include import storage
from include.artifacts.experiment import ExperimentFolder
from include.sql.renderer import StagingQuery, render_staging_query
from recsflow.experiments.files import read_experiment
from recsflow.extensions.links import QueryLink
from recsflow.log import say
from recsflow.settings import Settings, load_settings

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.experiment.resolve.experiment import Experiment


def render_query(experiment: str, context: Context) -> str:
    """Render the SQL that stages the rows, and keep it with the experiment; returns its URI."""
    settings = load_settings()
    query = staging_query(read_experiment(experiment), settings)
    uri = keep_query(query, ExperimentFolder.holding(experiment))
    QueryLink.publish(context, settings.artifact_link(uri))
    say("render_query", f"{len(query.sql.splitlines())} lines of SQL for table {query.table}")
    return uri


def keep_query(query: StagingQuery, folder: ExperimentFolder) -> str:
    """Write a statement beside its experiment, where people and later plans read it; returns its URI."""
    return storage.write_text(folder.query, query.document())


def staging_query(experiment: Experiment, settings: Settings) -> StagingQuery:
    """Return the statement that stages an experiment's rows."""
    return render_staging_query(
        experiment, staging_dataset=settings.staging_dataset, project=settings.project
    )
