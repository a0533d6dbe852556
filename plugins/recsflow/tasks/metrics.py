"""Record the experiment in MLflow, whether it went well or not."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import TriggerRule, get_current_context

from recsflow.extensions.retries import retries
from recsflow.tasks.decorators import record_task


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
    from recsflow.recording import record

    return record.cache_metrics(experiment, get_current_context())
