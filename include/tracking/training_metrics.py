"""What a training run says about itself: `training_metrics.json`, schema version 2.

A number that was not finite is null in the file and None here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field, ValidationError

from include import storage
from include.artifacts.experiment import ExperimentFolder
from include.experiment.config.base import Frozen
from include.tracking.errors import InvalidMetricsFile

Number = float | None
Scalar = bool | int | float | str | None


class TrainingStatus(StrEnum):
    """How far a training run has come."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Verdict(StrEnum):
    """What the diagnostics say about a training run."""

    HEALTHY = "healthy"
    COLLAPSED = "collapsed"
    DIVERGED = "diverged"
    DEAD_TOWER = "dead_tower"
    POPULARITY_ECHO = "popularity_echo"
    SUSPECTED_LEAKAGE = "suspected_leakage"
    BELOW_BASELINES = "below_baselines"
    UNKNOWN = "unknown"


class Histogram(Frozen):
    """How often a value fell into each bin."""

    edges: tuple[Number, ...]
    counts: tuple[int, ...]


class TensorStatistics(Frozen):
    """Statistics of all numbers of a tower's weights, or of its gradients over one epoch."""

    norm: Number
    mean: Number
    std: Number
    min: Number
    max: Number
    histogram: Histogram


class TowerStatistics(Frozen):
    """A tower at the end of an epoch."""

    gradient: TensorStatistics
    weight: TensorStatistics


class Epoch(Frozen):
    """One epoch, counted from 1."""

    epoch: int = Field(ge=1)
    duration_s: Number
    examples_per_s: Number
    metrics: dict[str, Number]
    towers: dict[str, TowerStatistics]


class Rows(Frozen):
    """Rows of each split."""

    train: int
    eval: int
    test: int


class Comparison(Frozen):
    """A test metric beside the best baseline's on the same rows; `better` is strictly better."""

    value: Number
    best_baseline: str
    baseline_value: Number
    better: bool


class Headline(Frozen):
    """What a run is judged by, why, and the families of metrics (before the `@`) that count beside it."""

    metric: str
    reason: str
    families: tuple[str, ...]

    def counts(self, metric: str) -> bool:
        """Whether a metric says how good the model is on these rows."""
        return metric.partition("@")[0] in self.families


class ColdRows(Frozen):
    """The test rows of customers, or products, without a training row; the metrics there and elsewhere."""

    rows: int
    share: Number
    measures: dict[str, Number]
    others: dict[str, Number]


class Diagnosis(Frozen):
    """The verdict, the epoch that it rests on, what was seen, what to try next, and the numbers behind it."""

    verdict: Verdict
    epoch: int | None
    evidence: tuple[str, ...]
    suggestion: str | None
    measures: dict[str, Number]


class EarlyStopping(Frozen):
    """What early stopping did; the model that was evaluated and saved is that of the restored epoch."""

    metric: str
    patience: int
    stopped_after: int | None
    restored_epoch: int


class OverfitCriterion(Frozen):
    """Something that the overfit check asks for: a value that has to lie beyond its bound."""

    name: str
    value: Number
    bound: Number
    met: bool


class RedFlag(Frozen):
    """A cause of a failed check: the part to look at, what was seen, and what to look for there."""

    name: str
    look_at: str
    evidence: str
    advice: str


class OverfitCheck(Frozen):
    """Whether the model learnt a few rows by heart."""

    passed: bool
    rows: int
    epochs: int
    learning_rate: float
    criteria: tuple[OverfitCriterion, ...]
    red_flags: tuple[RedFlag, ...]


class TrainingFailure(Frozen):
    """The exception that ended a failed training run."""

    type: str
    message: str
    traceback: str


class TrainingMetrics(Frozen):
    """Everything that is known about a training run.

    Attributes:
        params: Hyperparameters as the trainer used them.
        early_stopping: What it did; None where it was not asked for, or by a trainer that did not tell.
        candidates: Distinct products that recall is measured against.
        test: Loss and metrics on the test split, `recall@10` for example.
        baselines: The same measures of each baseline on the same rows.
        comparison: By measure, the model's beside the best baseline's, where one has it.
        headline: What the run is judged by; None from a trainer that did not tell.
        cold: By "customers" and "products", the test rows of those without a training row.
        overfit: The result of an overfit check, which trains and evaluates nothing else; None in other runs.
        durations_s: Seconds of reading, training, evaluation and saving.
    """

    schema_version: Literal[2]
    experiment_id: str
    status: TrainingStatus
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    model_type: str
    params: dict[str, Scalar]
    rows: Rows
    candidates: int
    epochs: tuple[Epoch, ...]
    early_stopping: EarlyStopping | None = None
    test: dict[str, Number]
    baselines: dict[str, dict[str, Number]]
    comparison: dict[str, Comparison]
    headline: Headline | None = None
    cold: dict[str, ColdRows] = Field(default_factory=dict)
    diagnosis: Diagnosis
    warnings: tuple[str, ...]
    overfit: OverfitCheck | None
    error: TrainingFailure | None
    environment: dict[str, str | None]
    model_uri: str | None
    durations_s: dict[str, Number]

    @property
    def model_epoch(self) -> Epoch | None:
        """The epoch whose weights the model has: the one that early stopping restored, or the last."""
        if not self.epochs:
            return None
        restored = self.early_stopping.restored_epoch if self.early_stopping else self.epochs[-1].epoch
        return next((each for each in self.epochs if each.epoch == restored), self.epochs[-1])


def parse_training_metrics(
    text: str | bytes, *, where: str = ExperimentFolder.metrics.name
) -> TrainingMetrics:
    """Read the file's text.

    Raises:
        InvalidMetricsFile: Names every field that is missing, unknown or of another type.
    """
    try:
        return TrainingMetrics.model_validate_json(text)
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors())
        raise InvalidMetricsFile(
            f"{where}: {found}; read it with the recsflow version whose trainer wrote it."
        ) from error


def read_training_metrics(uri: str) -> TrainingMetrics | None:
    """Read the file of an experiment; None where training never began."""
    try:
        text = storage.read_bytes(uri)
    except FileNotFoundError:
        return None
    return parse_training_metrics(text, where=uri)
