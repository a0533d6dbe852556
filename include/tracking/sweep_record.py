"""The run of MLflow that stands for a sweep: its trials lie below it, its results are its artifacts."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from include.tracking.connection import tracking_client
from include.tracking.recorder import (
    MAX_PARAM_CHARACTERS,
    SWEEP_PARENT,
    RecordedRun,
    mlflow_experiment_id,
    sweep_runs,
)

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


@dataclass(frozen=True)
class SweepRecord:
    """What is known of a sweep.

    Attributes:
        params: What is searched and how; never changes.
        tags: What it is found by, and what a person reads first.
        metrics: Its results.
        files: Artifacts, by name.
        is_final: Whether the sweep has ended.
    """

    sweep_id: str
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    is_final: bool = False


def record_sweep(sweep: SweepRecord, *, tracking_uri: str, experiment_name: str) -> RecordedRun:
    """Write a sweep to its one run, which the first call makes and later ones complete.

    Args:
        sweep: What is known by now.
        tracking_uri: The MLflow server.
        experiment_name: The MLflow experiment, that of the trials.

    Raises:
        TrackingUnavailable: The server did not answer; call again later.
        TrackingRejected: The server refused the record.
    """
    with tracking_client(tracking_uri) as client:
        mlflow_experiment = mlflow_experiment_id(client, experiment_name)
        run_id = _run(client, mlflow_experiment, sweep.sweep_id).info.run_id
        for name, text in sweep.params.items():
            client.log_param(run_id, name, text[:MAX_PARAM_CHARACTERS])
        for name, text in sweep.tags.items():
            client.set_tag(run_id, name, text)
        for name, value in sweep.metrics.items():
            client.log_metric(run_id, name, value)
        if sweep.files:
            _log_files(client, run_id, sweep.files)
        if sweep.is_final:
            client.set_terminated(run_id, "FINISHED")
        else:
            client.update_run(run_id, status="RUNNING")
        return RecordedRun(run_id, mlflow_experiment)


def _run(client: MlflowClient, mlflow_experiment: str, sweep_id: str) -> Run:
    if not sweep_runs(client, mlflow_experiment, sweep_id):
        started_ms = int(datetime.now(UTC).timestamp() * 1000)
        tags = {SWEEP_PARENT: sweep_id, "mlflow.source.type": "JOB"}
        client.create_run(mlflow_experiment, started_ms, tags, run_name=sweep_id)
    run, *surplus = sweep_runs(client, mlflow_experiment, sweep_id)
    # Two callers at once may both have made one: both keep the same.
    for each in surplus:
        client.delete_run(each.info.run_id)
    return run


def _log_files(client: MlflowClient, run_id: str, files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory(prefix="recsflow-") as copies:
        for name, content in files.items():
            (Path(copies) / name).write_bytes(content)
        client.log_artifacts(run_id, copies)
