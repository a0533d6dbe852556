"""Record an experiment in MLflow, whether it went well or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowSkipException

from include import storage
from include.artifacts.experiment import ExperimentFolder
from include.tracking.recorder import record
from include.tracking.search import ExperimentFilter, RecordedExperiment, find_experiments
from include.tracking.summary import render_summary
from recsflow.cards.writing import note_end, note_record
from recsflow.errors import ExperimentFailed
from recsflow.experiments.files import read_experiment
from recsflow.extensions.links import MlflowRunLink
from recsflow.log import say
from recsflow.recording.outcome import experiment_outcome, reported_metrics, wait_task
from recsflow.settings import Settings, load_settings

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.experiment.resolve.experiment import Experiment
    from include.tracking.outcome import PipelineOutcome


def cache_metrics(experiment: str | None, context: Context) -> str:
    """Write the experiment's record and show its summary; returns the MLflow run's id.

    Args:
        experiment: URI of the resolved experiment; without one there is nothing to record.
        context: Of the task at hand.

    Raises:
        ExperimentFailed: An earlier task failed. Its record is complete by then; the error keeps the DAG run
    """
    if experiment is None:
        raise AirflowSkipException("No experiment was resolved.")
    settings = load_settings()
    resolved, folder = read_experiment(experiment), ExperimentFolder.holding(experiment)
    outcome = experiment_outcome(context, settings)
    metrics = reported_metrics(folder.metrics, outcome)
    # Before MLflow is asked, which may be away.
    note_end(resolved, metrics, outcome, folder, context)
    parent = _parent(resolved, settings)
    recorded = record(
        metrics,
        resolved,
        tracking_uri=settings.mlflow_tracking_uri,
        experiment_name=settings.mlflow_experiment,
        outcome=outcome,
        folder=folder,
    )
    note_record(folder, recorded.run_id)
    run_url = settings.mlflow_run_link(recorded.experiment_id, recorded.run_id)
    MlflowRunLink.publish(context, run_url)
    links = _links(folder, run_url, outcome, settings, wait_task(context).kind.name)
    say("cache_metrics", render_summary(resolved, metrics, outcome, links=links, parent=parent))
    if not outcome.succeeded:
        raise ExperimentFailed(
            f"The experiment is recorded as {outcome.status}, in MLflow run {recorded.run_id}; "
            "the summary above says why."
        )
    return recorded.run_id


def _parent(experiment: Experiment, settings: Settings) -> RecordedExperiment | None:
    """Return the record of what a rerun started from; None where there is none."""
    if experiment.parent_experiment_id is None:
        return None
    found = find_experiments(
        ExperimentFilter(experiment_id=experiment.parent_experiment_id),
        tracking_uri=settings.mlflow_tracking_uri,
        experiment_name=settings.mlflow_experiment,
        limit=1,
    )
    return found[0] if found else None


def _links(
    folder: ExperimentFolder, run_url: str, outcome: PipelineOutcome, settings: Settings, job_kind: str
) -> dict[str, str]:

    files = {"experiment": folder.experiment, "quality report": folder.quality_report}
    made = {name: settings.artifact_link(uri) for name, uri in files.items() if storage.exists(uri)}
    job = {job_kind: outcome.job_url} if outcome.job_url else {}
    return {"MLflow run": run_url, **job, **made}
