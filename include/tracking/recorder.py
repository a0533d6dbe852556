"""Write an experiment to MLflow, once: a repeated call completes or updates the same run.

The run is found by its tag `recsflow.experiment_id`, which it carries from its creation; every number has a
time that comes from the training itself, so a number that is sent again is kept once. What MLflow cannot
change, a param's value or the numbers of an earlier training, is replaced by a fresh run: the earlier one is
deleted (MLflow keeps it in its bin), so that a search never finds two.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from include import storage
from include.artifacts.experiment import ExperimentFolder
from include.experiment.resolve.experiment import Experiment
from include.tracking.connection import tracking_client
from include.tracking.entries import (
    EXPERIMENT_ID,
    PARENT,
    RUN_NAME,
    STARTED_AT,
    SWEEP,
    MetricEntry,
    metrics_of,
    params_of,
    tags_of,
)
from include.tracking.outcome import PipelineOutcome
from include.tracking.training_metrics import TrainingMetrics

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_Entry = TypeVar("_Entry")
ARTIFACTS = (
    ExperimentFolder.experiment,
    ExperimentFolder.query,
    ExperimentFolder.transform_module,
    ExperimentFolder.trainer_module,
    ExperimentFolder.metrics,
    ExperimentFolder.quality,
    ExperimentFolder.quality_report,
)
MLFLOW_PARENT = "mlflow.parentRunId"
# The one run that stands for a sweep; its trials have SWEEP instead.
SWEEP_PARENT = "recsflow.sweep_id"
METRICS_PER_CALL = 1000
PAIRS_PER_CALL = 100
MAX_PARAM_CHARACTERS = 6000
MAX_TAG_CHARACTERS = 8000
_RUN_STATUS = {"succeeded": "FINISHED", "cancelled": "KILLED"}


@dataclass(frozen=True)
class RecordedRun:
    """Where an experiment's record is in MLflow."""

    run_id: str
    experiment_id: str


@dataclass(frozen=True)
class _Draft:
    """Everything that is sent, worked out before the first call."""

    params: Mapping[str, str]
    metrics: list[MetricEntry]
    tags: Mapping[str, str]
    started_at: datetime
    ended_at: datetime
    run_status: str
    files: Mapping[str, bytes]


def record(  # noqa: PLR0913
    metrics: TrainingMetrics | None,
    experiment: Experiment,
    *,
    tracking_uri: str,
    experiment_name: str,
    outcome: PipelineOutcome,
    folder: ExperimentFolder | None = None,
) -> RecordedRun:
    """Write everything about an experiment to its one MLflow run.

    Args:
        metrics: What training said; None where it never began.
        experiment: The experiment.
        tracking_uri: The MLflow server.
        experiment_name: The MLflow experiment, made on first use.
        outcome: How the pipeline ended; a failed one is recorded with its error.
        folder: The experiment's folder, whose files become artifacts.

    Raises:
        TrackingUnavailable: The server did not answer; call again later.
        TrackingRejected: The server refused the record.
    """
    files = _files(folder) if folder is not None else {}
    draft = _draft(metrics, experiment, outcome, files)
    with tracking_client(tracking_uri) as client:
        mlflow_experiment = mlflow_experiment_id(client, experiment_name)
        run = _run(client, mlflow_experiment, draft)
        run_id = run.info.run_id
        _log(client, run, draft)
        _log_parent(client, mlflow_experiment, run_id, draft.tags)
        _log_files(client, run_id, draft.files)
        client.set_terminated(run_id, draft.run_status, _milliseconds(draft.ended_at))
        return RecordedRun(run_id, mlflow_experiment)


def _files(folder: ExperimentFolder) -> dict[str, bytes]:
    uris = {part.name: part.of(folder) for part in ARTIFACTS}
    return {name: storage.read_bytes(uri) for name, uri in uris.items() if storage.exists(uri)}


def _draft(
    metrics: TrainingMetrics | None,
    experiment: Experiment,
    outcome: PipelineOutcome,
    files: Mapping[str, bytes],
) -> _Draft:
    now = datetime.now(UTC)
    return _Draft(
        params=shortened(params_of(experiment, metrics), MAX_PARAM_CHARACTERS),
        metrics=metrics_of(metrics, outcome),
        tags=shortened(tags_of(experiment, metrics, outcome), MAX_TAG_CHARACTERS),
        started_at=metrics.started_at if metrics else now,
        ended_at=(metrics.finished_at if metrics else None) or now,
        run_status=_RUN_STATUS.get(outcome.status, "FAILED"),
        files=files,
    )


def mlflow_experiment_id(client: MlflowClient, name: str) -> str:
    """Return the id of an MLflow experiment, made on first use."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name))
        except MlflowException:
            # Another task made it just now; any other cause is raised again.
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    return str(found.experiment_id)


def _run(client: MlflowClient, mlflow_experiment: str, draft: _Draft) -> Run:
    identity = {name: draft.tags[name] for name in (EXPERIMENT_ID, STARTED_AT) if name in draft.tags}
    runs = runs_of(client, mlflow_experiment, identity[EXPERIMENT_ID])
    for run in [run for run in runs if not _can_hold(run, draft)]:
        client.delete_run(run.info.run_id)
        runs.remove(run)
    if not runs:
        started = _milliseconds(draft.started_at)
        client.create_run(mlflow_experiment, started, identity, run_name=draft.tags[RUN_NAME])
        runs = runs_of(client, mlflow_experiment, identity[EXPERIMENT_ID])
    # Two callers at once may both have made one: both keep the same.
    for surplus in runs[1:]:
        client.delete_run(surplus.info.run_id)
    return runs[0]


def runs_of(client: MlflowClient, mlflow_experiment: str, experiment_id: str) -> list[Run]:
    """Return the records of an experiment: one, or more where several callers made it at once."""
    runs = client.search_runs([mlflow_experiment], f"tags.`{EXPERIMENT_ID}` = '{experiment_id}'")
    return sorted(runs, key=lambda run: str(run.info.run_id))


def sweep_runs(client: MlflowClient, mlflow_experiment: str, sweep_id: str) -> list[Run]:
    """Return the runs that stand for a sweep: one, or two where two callers made it at once."""
    runs = client.search_runs([mlflow_experiment], f"tags.`{SWEEP_PARENT}` = '{sweep_id}'")
    return sorted(runs, key=lambda run: str(run.info.run_id))


def _can_hold(run: Run, draft: _Draft) -> bool:
    """Whether a run's params and training are those of the record, or not written yet."""
    known = run.data.params
    same_params = all(known[name] == value for name, value in draft.params.items() if name in known)
    trainings = {tags[STARTED_AT] for tags in (run.data.tags, draft.tags) if STARTED_AT in tags}
    return same_params and len(trainings) <= 1


def _batches(entries: Iterable[_Entry], size: int) -> Iterator[list[_Entry]]:
    """Yield the entries in lists of at most `size`, as MLflow takes no more in a call."""
    rest = iter(entries)
    while batch := list(islice(rest, size)):
        yield batch


def _log(client: MlflowClient, run: Run, draft: _Draft) -> None:
    from mlflow.entities import Metric, Param, RunTag

    run_id = run.info.run_id
    for pairs in _batches(draft.params.items(), PAIRS_PER_CALL):
        client.log_batch(run_id, params=[Param(*pair) for pair in pairs])
    for entries in _batches(draft.metrics, METRICS_PER_CALL):
        numbers = [Metric(each.name, each.value, each.timestamp_ms, each.step) for each in entries]
        client.log_batch(run_id, metrics=numbers)
    for pairs in _batches(draft.tags.items(), PAIRS_PER_CALL):
        client.log_batch(run_id, tags=[RunTag(*pair) for pair in pairs])
    # An error of an earlier attempt must not outlive its cure.
    for name in set(run.data.tags) - set(draft.tags) - {STARTED_AT}:
        if name.startswith("recsflow."):
            client.delete_tag(run_id, name)


def _log_parent(client: MlflowClient, mlflow_experiment: str, run_id: str, tags: Mapping[str, str]) -> None:
    """Let MLflow's pages show a rerun below its parent, and a trial below its sweep.

    Where the parent's run is gone, the tag stays.
    """
    parents = []
    if PARENT in tags:
        parents = runs_of(client, mlflow_experiment, tags[PARENT])
    elif SWEEP in tags:
        parents = sweep_runs(client, mlflow_experiment, tags[SWEEP])
    for run in parents[:1]:
        client.set_tag(run_id, MLFLOW_PARENT, run.info.run_id)


def _log_files(client: MlflowClient, run_id: str, files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory(prefix="recsflow-") as copies:
        for name, content in files.items():
            (Path(copies) / name).write_bytes(content)
        client.log_artifacts(run_id, copies)


def shortened(values: Mapping[str, str], limit: int) -> dict[str, str]:
    """Return the values as long as MLflow takes them; what is cut off stands in the artifacts."""
    return {name: text if len(text) <= limit else f"{text[: limit - 1]}…" for name, text in values.items()}


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
