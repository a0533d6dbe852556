"""A rerun: which experiment it starts from, what it changes, and what it trains on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include import storage
from include.errors import ConfigError
from include.experiment.resolve.rerun import resolve_rerun
from include.generators.transform_module import render_transform_module
from include.tracking.parent import find_parent, unusable_parent
from include.tracking.search import find_experiments
from recsflow.errors import InvalidExperiment
from recsflow.experiments.files import read_experiment
from recsflow.vertex.job_kinds import PIPELINE_JOBS
from recsflow.vertex.outputs import trainer_input

if TYPE_CHECKING:
    from collections.abc import Mapping

    from include.experiment.resolve.experiment import Experiment
    from include.tracking.search import RecordedExperiment
    from recsflow.handovers import TrainerInputs
    from recsflow.settings import Settings


@dataclass(frozen=True)
class ResolvedRerun:
    """A rerun, what it starts from, and what the Trainer reads.

    These are `examples`, `transform_graph` unless they are graphs, and `history_uri` where a sample leaves
    rows out.
    """

    experiment: Experiment
    parent: Experiment
    examples: TrainerInputs


def resolved_rerun(
    parameters: Mapping[str, Any], dag_id: str, run_id: str, settings: Settings
) -> ResolvedRerun:
    """Find the parent and what its Trainer read, and apply what the run changes.

    Raises:
        InvalidExperiment: The parent cannot be rerun, or not with these parameters.
        TrackingError: MLflow did not answer, or refused.
        VertexUnavailable: Vertex AI did not answer.
    """
    try:
        record = _record(parameters.get("experiment"), settings)
        parent = _resolved(record.experiment_id, settings)
        examples = _trainer_input(record, parent, settings)
        experiment = resolve_rerun(parameters, parent, dag_id=dag_id, run_id=run_id)
    except ConfigError as error:
        raise InvalidExperiment(str(error)) from None
    return ResolvedRerun(experiment, parent, examples)


def _record(name: str | None, settings: Settings) -> RecordedExperiment:
    return find_parent(
        name, tracking_uri=settings.mlflow_tracking_uri, experiment_name=settings.mlflow_experiment
    )


def _resolved(experiment_id: str, settings: Settings) -> Experiment:
    uri = settings.layout.experiment(experiment_id).experiment
    try:
        return read_experiment(uri)
    except FileNotFoundError:
        raise _unusable(experiment_id, f"{uri} is gone", settings) from None


def _trainer_input(record: RecordedExperiment, parent: Experiment, settings: Settings) -> TrainerInputs:
    """Return what the Trainer reads; a rerun's rerun trains on what the first experiment left."""
    root = parent
    while root.parent_experiment_id:
        root = _resolved(root.parent_experiment_id, settings)
    _check_version(record.experiment_id, root, settings)
    job_id = _record(root.experiment_id, settings).job_id
    submission = PIPELINE_JOBS.hook(settings).submission(job_id)
    if submission is None:
        raise _unusable(record.experiment_id, f"pipeline job {job_id} is gone", settings)
    sampled = root.split.sample_percent < 100 and not root.reads_graphs
    try:
        return trainer_input(submission, sampled=sampled)
    except LookupError as error:
        raise _unusable(record.experiment_id, str(error), settings) from None


def _check_version(experiment_id: str, root: Experiment, settings: Settings) -> None:
    """Refuse rows of another version of recsflow, which may lack what a Trainer reads today."""
    uri = settings.layout.experiment(root.experiment_id).transform_module
    if storage.exists(uri) and storage.read_text(uri) != render_transform_module(root):
        why = "rows were transformed by another version of recsflow, which wrote another transform module"
        raise _unusable(experiment_id, why, settings)


def _unusable(experiment_id: str, why: str, settings: Settings) -> ConfigError:
    recent = find_experiments(
        tracking_uri=settings.mlflow_tracking_uri, experiment_name=settings.mlflow_experiment, limit=20
    )
    others = [each for each in recent if each.experiment_id != experiment_id]
    return unusable_parent(f"is {experiment_id!r}, whose {why}", others)
