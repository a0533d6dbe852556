"""The folder of an experiment, and its card."""

from __future__ import annotations

from dataclasses import dataclass

from include.artifacts.artifact import Artifact, file, inside
from include.experiment.resolve.identity import EXPERIMENT_ID


@dataclass(frozen=True)
class ExperimentFolder(Artifact, path="experiments/{experiment_id}", names={"experiment_id": EXPERIMENT_ID}):
    """What one run has resolved, rendered, generated and found out.

    Attributes:
        experiment_id: From DAG id and run id.
    """

    experiment_id: str

    experiment = inside("experiment.json")
    query = inside("query.sql")
    row_account = inside("row_account.json")
    # What its queries were billed, where the settings bound that.
    spending = inside("spending.json")
    quality = inside("quality.json")
    quality_report = inside("quality.html")
    transform_module = inside("transform_module.py")
    trainer_module = inside("trainer_module.py")
    metrics = inside("training_metrics.json")
    # Of a rerun, whose Trainer is no component of a pipeline.
    model = inside("model")
    # Of a schedule's run.
    scores = inside("scores.json")


@dataclass(frozen=True)
class ExperimentCard(Artifact, path="cards/{experiment_id}", names={"experiment_id": EXPERIMENT_ID}):
    """What lists show of an experiment; all are in one folder, since a list request names a thousand files.

    Attributes:
        experiment_id: From DAG id and run id.
    """

    experiment_id: str

    card = file(".json")
