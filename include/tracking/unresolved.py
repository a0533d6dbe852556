"""The record of a run that ended before it was an experiment: its configuration cannot be used."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from include.tracking.connection import tracking_client
from include.tracking.entries import EXPERIMENT_ID, RUN_NAME
from include.tracking.recorder import (
    MAX_PARAM_CHARACTERS,
    MAX_TAG_CHARACTERS,
    RecordedRun,
    mlflow_experiment_id,
    runs_of,
    shortened,
)
from include.tracking.training_metrics import Verdict

NOT_SUBMITTED = "not_submitted"


@dataclass(frozen=True)
class UnresolvedRun:
    """A run that was refused.

    Attributes:
        title: What people call it.
        parameters: What was asked for, as it was given.
        error: Every problem, a sentence each.
    """

    experiment_id: str
    dag_id: str
    run_id: str
    title: str
    parameters: Mapping[str, object]
    error: str


def record_unresolved(run: UnresolvedRun, *, tracking_uri: str, experiment_name: str) -> RecordedRun:
    """Write a failed run to MLflow whose diagnosis is why it was refused.

    Once it is resolved, its record replaces this one. The record of an earlier try that came further stays.

    Raises:
        TrackingUnavailable: The server did not answer.
        TrackingRejected: The server refused the record.
    """
    from mlflow.entities import Param, RunTag

    given = {name: str(value) for name, value in run.parameters.items() if value not in (None, "")}
    chosen = {name: value for name, value in given.items() if name != "notes"}
    params = shortened(chosen, MAX_PARAM_CHARACTERS)
    tags = shortened(_tags(run, given), MAX_TAG_CHARACTERS)
    with tracking_client(tracking_uri) as client:
        mlflow_experiment = mlflow_experiment_id(client, experiment_name)
        for earlier in runs_of(client, mlflow_experiment, run.experiment_id):
            if earlier.data.tags.get("recsflow.status") != NOT_SUBMITTED:
                return RecordedRun(earlier.info.run_id, mlflow_experiment)
            client.delete_run(earlier.info.run_id)
        now = int(time.time() * 1000)
        run_id = client.create_run(mlflow_experiment, now, tags, run_name=run.title).info.run_id
        client.log_batch(
            run_id,
            params=[Param(*pair) for pair in params.items()],
            tags=[RunTag(*pair) for pair in tags.items()],
        )
        client.set_terminated(run_id, "FAILED", now)
        return RecordedRun(run_id, mlflow_experiment)


def _tags(run: UnresolvedRun, given: Mapping[str, str]) -> dict[str, str]:
    configs = {name: given[name] for name in ("dataset", "features", "model") if name in given}
    tags = {
        EXPERIMENT_ID: run.experiment_id,
        RUN_NAME: run.title,
        "recsflow.dag_id": run.dag_id,
        "recsflow.run_id": run.run_id,
        **{f"recsflow.{name}": value for name, value in configs.items()},
        "recsflow.status": NOT_SUBMITTED,
        "recsflow.verdict": Verdict.UNKNOWN.value,
        "recsflow.diagnosis": run.error,
        "recsflow.error": run.error,
        "recsflow.notes": given.get("notes", ""),
        "mlflow.note.content": f"**{NOT_SUBMITTED}**\n\n```\n{run.error}\n```",
        "mlflow.source.name": run.dag_id,
        "mlflow.source.type": "JOB",
    }
    return {name: value for name, value in tags.items() if value}
