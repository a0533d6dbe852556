"""`training_metrics.json`, what a training run leaves behind for the orchestrator; schema version 2.

Standard library only, so that it can be written and read where TensorFlow is not installed.
"""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from recsflow_trainer.json_file import to_json, write_text
from recsflow_trainer.overfit.record import OverfitRecord

SCHEMA_VERSION = 2


class Status(StrEnum):
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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Histogram:
    """How often a value fell into each bin; values beyond the outer edges count in the outer bins."""

    edges: list[float]
    counts: list[int]


@dataclass(frozen=True)
class TensorStatistics:
    """Statistics of all numbers of a tower's weights, or of its gradients over one epoch."""

    norm: float
    mean: float
    std: float
    min: float
    max: float
    histogram: Histogram


@dataclass(frozen=True)
class TowerStatistics:
    """The two faces of a tower at the end of an epoch."""

    gradient: TensorStatistics
    weight: TensorStatistics


@dataclass(frozen=True)
class EpochRecord:
    """One epoch, counted from 1. `examples_per_s` is the speed of training alone, without validation."""

    epoch: int
    duration_s: float
    examples_per_s: float
    metrics: dict[str, float]
    towers: dict[str, TowerStatistics]


@dataclass(frozen=True)
class Rows:
    """Rows of each split."""

    train: int = 0
    eval: int = 0
    test: int = 0


@dataclass(frozen=True)
class Comparison:
    """A test metric beside the best baseline's on the same rows; `better` is strictly better."""

    value: float
    best_baseline: str
    baseline_value: float
    better: bool


@dataclass(frozen=True)
class Headline:
    """What a run is judged by: gate, sweep and reports go by it unless they are told otherwise.

    Attributes:
        metric: The test metric, such as `recall@100`.
        reason: Why, in words.
        families: What stands before the `@` of the metrics that count beside it; in others a model may lose.
    """

    metric: str
    reason: str
    families: list[str]

    def counts(self, metric: str) -> bool:
        """Whether a metric says how good the model is on these rows."""
        return metric.partition("@")[0] in self.families


@dataclass(frozen=True)
class ColdRows:
    """The test rows of customers, or of products, that the model has no training row of.

    Attributes:
        rows: How many.
        share: Of all test rows.
        measures: Test metrics of these rows.
        others: The same of all other test rows.
    """

    rows: int
    share: float
    measures: dict[str, float]
    others: dict[str, float]


@dataclass(frozen=True)
class Diagnosis:
    """The verdict, the epoch that it rests on, what was seen, what to try next, and the numbers behind it."""

    verdict: Verdict = Verdict.UNKNOWN
    epoch: int | None = None
    evidence: list[str] = field(default_factory=list)
    suggestion: str | None = None
    measures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class EarlyStopping:
    """What early stopping did: the model that is evaluated and saved is that of the restored epoch.

    Attributes:
        metric: What it monitored.
        patience: Epochs without a better value before training stops.
        stopped_after: The epoch after which it stopped training; None where it did not.
        restored_epoch: The best epoch, whose weights the model has.
    """

    metric: str
    patience: int
    stopped_after: int | None
    restored_epoch: int

    def __str__(self) -> str:
        best = f"epoch {self.restored_epoch}, the best one, is restored"
        if self.stopped_after is None:
            return f"early stopping by {self.metric} did not stop training; {best}"
        return (
            f"early stopping: {self.metric} has not improved for {self.patience} epochs, so training stopped "
            f"after epoch {self.stopped_after}; {best}"
        )


@dataclass(frozen=True)
class ErrorRecord:
    """The exception that ended a failed run."""

    type: str
    message: str
    traceback: str


@dataclass
class TrainingMetrics:
    """Everything that is known about a training run so far; the fields are those of the file."""

    experiment_id: str
    model_type: str
    status: Status = Status.RUNNING
    started_at: str = field(default_factory=_now)
    updated_at: str = ""
    finished_at: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    rows: Rows = field(default_factory=Rows)
    candidates: int = 0
    epochs: list[EpochRecord] = field(default_factory=list)
    early_stopping: EarlyStopping | None = None
    test: dict[str, float] = field(default_factory=dict)
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    comparison: dict[str, Comparison] = field(default_factory=dict)
    headline: Headline | None = None
    cold: dict[str, ColdRows] = field(default_factory=dict)
    diagnosis: Diagnosis = field(default_factory=Diagnosis)
    warnings: list[str] = field(default_factory=list)
    overfit: OverfitRecord | None = None
    error: ErrorRecord | None = None
    environment: dict[str, str | None] = field(default_factory=dict)
    model_uri: str | None = None
    durations_s: dict[str, float] = field(default_factory=dict)

    def finish(self, error: ErrorRecord | None) -> None:
        """Ends the run: failed if there was an error, otherwise succeeded."""
        self.error = error
        self.status = Status.FAILED if error else Status.SUCCEEDED
        self.finished_at = _now()

    def to_json(self) -> str:
        """Returns the file's text."""
        return to_json({"schema_version": SCHEMA_VERSION, **asdict(self)})


def write_metrics(metrics: TrainingMetrics, uri: str) -> None:
    """Writes the file in one step: a reader sees the file before or after, never half of it.

    Args:
        metrics: The state of the run.
        uri: A local path, `file://` or any URI that TensorFlow writes to, such as `gs://`.
    """
    metrics.updated_at = _now()
    write_text(metrics.to_json(), uri)
