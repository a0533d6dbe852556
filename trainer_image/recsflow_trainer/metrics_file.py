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
class Diagnosis:
    """The verdict, the epoch that it rests on, what was seen, what to try next, and the numbers behind it."""

    verdict: Verdict = Verdict.UNKNOWN
    epoch: int | None = None
    evidence: list[str] = field(default_factory=list)
    suggestion: str | None = None
    measures: dict[str, float] = field(default_factory=dict)


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
    test: dict[str, float] = field(default_factory=dict)
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    comparison: dict[str, Comparison] = field(default_factory=dict)
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
