"""How an experiment ended, as far as Airflow knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator

from include.tracking.outcome import PipelineOutcome
from include.tracking.training_metrics import TrainingMetrics, read_training_metrics
from recsflow.run_notes.keys import ERROR_KEY

if TYPE_CHECKING:
    from airflow.sdk import Context

    from recsflow.settings import Settings

FAILED = "failed"
RAN = {"success", FAILED}
TRAINED = {"succeeded", "cached", "failed"}


def experiment_outcome(context: Context, settings: Settings) -> PipelineOutcome:
    """Return how the experiment ended: by its job, or by the task that failed before it."""
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


def wait_task(context: Context) -> Any:
    """Return the task before this one that waits for the job."""
    before = context["task"].get_flat_relatives(upstream=True)
    return next(task for task in before if isinstance(task, BaseSensorOperator) and hasattr(task, "kind"))


def reported_metrics(uri: str, outcome: PipelineOutcome) -> TrainingMetrics | None:
    """Read what the Trainer reported; a file of an earlier job counts only where no later one trained."""
    trained = any(each.name == "Trainer" and each.state in TRAINED for each in outcome.components)
    return read_training_metrics(uri) if trained else None
