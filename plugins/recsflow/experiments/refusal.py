"""A run whose configuration cannot be used is in MLflow all the same, with the sentence that says why."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from include.errors import RecsflowError
from include.experiment.resolve.identity import experiment_id
from include.tracking.unresolved import UnresolvedRun, record_unresolved
from recsflow.cards.writing import note_record, note_refusal
from recsflow.errors import PermanentTaskError
from recsflow.experiments.number import title_of
from recsflow.extensions.links import MlflowRunLink
from recsflow.extensions.retries import OUTAGES
from recsflow.log import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow.sdk import Context

    from recsflow.settings import Settings


@contextmanager
def recorded_refusal(context: Context, number: int, settings: Settings) -> Iterator[None]:
    """Record in MLflow, and on the run's card, why a run is refused within.

    An outage, which is tried again, is no refusal. MLflow that is away must not hide the sentence, so
    that is a warning beside it.
    """
    try:
        yield
    except (PermanentTaskError, RecsflowError) as refusal:
        if not isinstance(refusal, tuple(OUTAGES)):
            _record(str(refusal), context, number, settings)
        raise


def _record(error: str, context: Context, number: int, settings: Settings) -> None:
    dag_id, run_id, title = context["dag"].dag_id, context["run_id"], title_of(context, number)
    note_refusal(context, error, number=number, name=title, layout=settings.layout)
    run = UnresolvedRun(
        experiment_id=experiment_id(dag_id, run_id),
        dag_id=dag_id,
        run_id=run_id,
        title=title,
        parameters=dict(context["params"]),
        error=error,
    )
    try:
        recorded = record_unresolved(
            run, tracking_uri=settings.mlflow_tracking_uri, experiment_name=settings.mlflow_experiment
        )
    except RecsflowError as unrecorded:
        say(context["ti"].task_id, f"WARNING not recorded in MLflow: {unrecorded}", logging.WARNING)
        return
    note_record(settings.layout.experiment(run.experiment_id), recorded.run_id)
    address = settings.mlflow_run_link(recorded.experiment_id, recorded.run_id)
    MlflowRunLink.publish(context, address)
    say(context["ti"].task_id, f"recorded in MLflow as failed: {address}")
