"""Record the experiment in MLflow, whether it went well or not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import TriggerRule, get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from recsflow.experiments.files import read_experiment, sibling
from recsflow.extensions.links import MlflowRunLink
from recsflow.extensions.retries import ERROR_KEY, retries
from recsflow.log import say
from recsflow.tasks.decorators import record_task

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.experiment.resolve.experiment import Experiment
    from include.tracking.outcome import PipelineOutcome
    from include.tracking.search import RecordedExperiment
    from include.tracking.training_metrics import TrainingMetrics
    from recsflow.sensors.vertex_job import VertexJobSensor
    from recsflow.settings import Settings

FAILED = "failed"
RAN = {"success", FAILED}
TRAINED = {"succeeded", "cached", "failed"}


# Runs also when an earlier task failed, provided that an experiment was resolved; otherwise there is nothing
# to record and it ends as upstream_failed. Retries bridge a restart of the MLflow server; recording again
# completes the same record.
@record_task(
    trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
    **retries(3, timedelta(minutes=1), execution_timeout=timedelta(minutes=20)),
)
def cache_metrics(experiment: str | None) -> str:
    """Write the experiment's record and show its summary; returns the MLflow run's id.

    Args:
        experiment: URI of the resolved experiment; without one there is nothing to record.

    Raises:
        ExperimentFailed: An earlier task failed. Its record is complete by then; the error keeps the DAG run
            from counting as a success, which its last task decides.
    """
    from include.tracking.recorder import record
    from include.tracking.summary import render_summary
    from recsflow.errors import ExperimentFailed
    from recsflow.settings import load_settings

    if experiment is None:
        raise AirflowSkipException("No experiment was resolved.")
    context = get_current_context()
    settings = load_settings()
    resolved = read_experiment(experiment)
    outcome = experiment_outcome(context, settings)
    parent = _parent(resolved, settings)
    metrics = reported_metrics(sibling(experiment, "training_metrics.json"), outcome)
    recorded = record(
        metrics,
        resolved,
        tracking_uri=settings.mlflow_tracking_uri,
        experiment_name=settings.mlflow_experiment,
        outcome=outcome,
        folder=experiment.rpartition("/")[0],
    )
    run_url = settings.mlflow_run_link(recorded.experiment_id, recorded.run_id)
    MlflowRunLink.publish(context, run_url)
    links = _links(experiment, run_url, outcome, settings, wait_task(context).kind.value)
    say("cache_metrics", render_summary(resolved, metrics, outcome, links=links, parent=parent))
    if not outcome.succeeded:
        raise ExperimentFailed(
            f"The experiment is recorded as {outcome.status}, in MLflow run {recorded.run_id}; "
            "the summary above says why."
        )
    return recorded.run_id


def experiment_outcome(context: Context, settings: Settings) -> PipelineOutcome:
    """Return how the experiment ended: by its job, or by the task that failed before it."""
    from include.tracking.outcome import PipelineOutcome

    ti: Any = context["ti"]
    wait = wait_task(context)
    # Of a mapped group, only the tasks of this one's own index.
    mine = {"map_indexes": ti.map_index}
    tasks = {
        crumb["task_id"]: crumb
        for crumb in ti.get_task_breadcrumbs(ti.dag_id, ti.run_id)
        if crumb["map_index"] in (-1, ti.map_index)
    }
    order = [task for task in context["dag"].topological_sort() if task.task_id in tasks]
    seconds = {
        task.label: tasks[task.task_id]["duration"] or 0.0
        for task in order
        if tasks[task.task_id]["state"] in RAN
    }
    submitted = [ti.xcom_pull(task_ids=task_id, **mine) or {} for task_id in wait.upstream_task_ids]
    image = next((job["image"] for job in submitted if "image" in job), "")
    event = ti.xcom_pull(task_ids=wait.task_id, key="outcome", **mine)
    if event:
        return PipelineOutcome.from_event(
            event,
            job_url=wait.kind.address(event["job_id"], settings),
            image=image,
            steps_s={**seconds, str(wait.label): event["seconds"] or seconds.get(wait.label, 0.0)},
        )
    failed = [task for task in order if tasks[task.task_id]["state"] == FAILED]
    errors = {task.label: ti.xcom_pull(task_ids=task.task_id, key=ERROR_KEY, **mine) for task in failed}
    message = "\n".join(f"{name}: {error or 'it was stopped'}" for name, error in errors.items())
    job_id = next((job["job_id"] for job in submitted if "job_id" in job), "")
    return PipelineOutcome(
        # A wait that a person ends says nothing, and its trigger cancels the job.
        status="cancelled" if job_id else "not_submitted",
        message=message or "no pipeline ran",
        job_id=job_id,
        job_url=wait.kind.address(job_id, settings) if job_id else "",
        image=image,
        steps_s=seconds,
    )


def wait_task(context: Context) -> VertexJobSensor:
    """Return the task before this one that waits for the job."""
    from recsflow.sensors.vertex_job import VertexJobSensor

    before = context["task"].get_flat_relatives(upstream=True)
    return next(task for task in before if isinstance(task, VertexJobSensor))


def _parent(experiment: Experiment, settings: Settings) -> RecordedExperiment | None:
    """Return the record of what a rerun started from; None where there is none."""
    from include.tracking.search import ExperimentFilter, find_experiments

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
    experiment: str, run_url: str, outcome: PipelineOutcome, settings: Settings, job_kind: str
) -> dict[str, str]:
    from include import storage

    files = {"experiment": experiment, "quality report": sibling(experiment, "quality.html")}
    made = {name: settings.artifact_link(uri) for name, uri in files.items() if storage.exists(uri)}
    job = {job_kind: outcome.job_url} if outcome.job_url else {}
    return {"MLflow run": run_url, **job, **made}


def reported_metrics(uri: str, outcome: PipelineOutcome) -> TrainingMetrics | None:
    """Read what the Trainer reported; a file of an earlier job counts only where no later one trained."""
    from include.tracking.training_metrics import read_training_metrics

    trained = any(each.name == "Trainer" and each.state in TRAINED for each in outcome.components)
    return read_training_metrics(uri) if trained else None
