"""The chain of tasks that every experiment goes through, and what retraining adds to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import TriggerRule

from recsflow.extensions.retries import retries
from recsflow.operators.push_model import PushModel
from recsflow.operators.submit_custom_job import SubmitScoring
from recsflow.operators.submit_pipeline import SubmitPipelineJob
from recsflow.sensors.custom_job import CustomJobSensor
from recsflow.sensors.pipeline_job import PipelineJobSensor
from recsflow.sensors.push import PushSensor
from recsflow.tasks.backtest import report_backtest
from recsflow.tasks.experiment import render_query, resolve_experiment
from recsflow.tasks.metrics import cache_metrics
from recsflow.tasks.modules import generate_modules
from recsflow.tasks.promotion import promote
from recsflow.tasks.rows import check_data_quality, stage_dataset


def experiment_workflow() -> None:
    """Add the tasks of an experiment to the DAG at hand.

    The DAG's params say what is run; every task can be cleared, since nothing is started or recorded twice.
    """
    train_and_record(resolve_experiment())


def retraining_workflow(*, push: bool = False) -> None:
    """Add the tasks of an experiment whose model may become the champion of the DAG at hand.

    Args:
        push: Whether a new champion is brought to where it is served.
    """
    experiment = resolve_experiment()
    recorded, job = train_and_record(experiment)
    scoring = SubmitScoring(
        task_id="score_models",
        experiment=experiment,
        job=job,
        # Safe to repeat: a job that is there already is used.
        **retries(2, timedelta(minutes=1), execution_timeout=timedelta(minutes=10)),
    )
    wait = CustomJobSensor(
        task_id="wait_for_scores",
        job=scoring.output,
        timeout=timedelta(hours=2),
        # A retry looks at the same job again, after an outage; a job that failed is not retried.
        **retries(2, timedelta(minutes=1)),
    )
    promoted = promote(experiment, recorded, scoring.output)
    recorded >> scoring >> wait >> promoted >> report_backtest(experiment)
    if push:
        push_champion(promoted)


def push_champion(promoted: Any) -> None:
    """Add the tasks that follow where a model became champion; they are skipped where none did.

    Args:
        promoted: The task that decides about it.
    """
    pushed = PushModel(
        task_id="push_model",
        # Another deployment to the endpoint takes many minutes; what is uploaded or deployed already is used.
        **retries(12, timedelta(minutes=5), execution_timeout=timedelta(minutes=30)),
    )
    wait = PushSensor(
        task_id="wait_for_push",
        job=pushed.output,
        timeout=timedelta(hours=2),
        # A retry looks at the same deployment again, after an outage; one that failed is not retried.
        **retries(2, timedelta(minutes=1)),
    )
    promoted >> pushed >> wait


def train_and_record(
    experiment: Any, *, record_when: TriggerRule = TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
) -> tuple[Any, Any]:
    """Add the tasks that follow when an experiment is resolved.

    Args:
        experiment: Output of the task that resolves it: the URI of its `experiment.json`.
        record_when: Trigger rule of the task that records. In a mapped group it has to be ALL_DONE: Airflow
            fails a task that asks for one success before the group has expanded it.

    Returns:
        Outputs of the last task, the id of the MLflow run, and of the one that submits the pipeline job.
    """
    rows = stage_dataset(render_query(experiment))
    modules = generate_modules(experiment)
    job = SubmitPipelineJob(
        task_id="submit_pipeline",
        experiment=experiment,
        rows=rows,
        modules=modules,
        # Safe to repeat: a job that is there already is used. Compiling takes minutes at most.
        **retries(2, timedelta(minutes=1), execution_timeout=timedelta(minutes=30)),
    )
    wait = PipelineJobSensor(
        task_id="wait_for_pipeline",
        job=job.output,
        timeout=timedelta(hours=24),
        # A retry looks at the same job again, after an outage; a job that failed is not retried.
        **retries(2, timedelta(minutes=1)),
    )
    check_data_quality(rows) >> [modules, job]
    recorded = cache_metrics.override(trigger_rule=record_when)(experiment)
    job >> wait >> recorded
    return recorded, job.output
