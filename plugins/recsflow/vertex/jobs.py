"""What a job looks like to us, free of Google's message types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """State of a job or of one of its components; `cached` is a component whose result was re-used."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    CACHED = "cached"
    FAILED = "failed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    NOT_RUN = "not run"


ENDED = frozenset(
    {JobState.SUCCEEDED, JobState.CACHED, JobState.FAILED, JobState.CANCELLED, JobState.NOT_RUN}
)
TRAINER, SCORING, DEPLOYMENT = "Trainer", "Scoring", "Deployment"
REUSABLE = frozenset({JobState.PENDING, JobState.RUNNING, JobState.PAUSED, JobState.SUCCEEDED})


@dataclass(frozen=True)
class Component:
    """One component of a job; times are UTC and None until they are known.

    Attributes:
        outputs: URI of each output, by its key.
        custom_job: Id of the custom job that runs it, by which its log is found; empty where there is none.
    """

    name: str
    state: JobState
    started: datetime | None = None
    ended: datetime | None = None
    error: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    custom_job: str = ""

    def seconds(self, now: datetime) -> float:
        """How long it has run, or ran."""
        return max(0.0, ((self.ended or now) - self.started).total_seconds()) if self.started else 0.0


@dataclass(frozen=True)
class Job:
    """A job as the service reports it.

    Attributes:
        components_total: Components of the compiled pipeline, also those that the service does not list yet.
        error: The service's own words about a failed job.
        labels: What the submitter noted about it.
    """

    job_id: str
    state: JobState
    components: tuple[Component, ...] = ()
    components_total: int = 0
    created: datetime | None = None
    ended: datetime | None = None
    error: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def seconds(self, now: datetime) -> float:
        """How long the job has run, or ran."""
        return max(0.0, ((self.ended or now) - self.created).total_seconds()) if self.created else 0.0


class Outcome(StrEnum):
    """How waiting for a job ended; only `succeeded` is success."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ComponentResult:
    """One component at the end of a job."""

    name: str
    state: str
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class JobEvent:
    """What the trigger tells the sensor."""

    status: Outcome
    job_id: str
    message: str
    seconds: float = 0.0
    components: tuple[ComponentResult, ...] = ()

    def to_payload(self) -> dict[str, Any]:
        """Returns plain values, as XCom and triggers store them."""
        return {
            **asdict(self),
            "status": self.status.value,
            "components": [asdict(c) for c in self.components],
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> JobEvent:
        """Reads what `to_payload` wrote."""
        components = tuple(ComponentResult(**component) for component in payload["components"])
        return cls(**{**payload, "status": Outcome(payload["status"]), "components": components})
