"""A job that is waited for, as a trigger keeps it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from recsflow.vertex.job_kinds import AnyJobKind, job_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recsflow.vertex.hooks.vertex import VertexHook
    from recsflow.watching.watch import JobWatch


@dataclass(frozen=True, kw_only=True)
class WatchedJob:
    """What it takes to watch a job; survives a restart of the triggerer.

    Attributes:
        kind: Which of Vertex AI's services runs it.
        metrics_uri: The `training_metrics.json` that shows the epochs; empty where there is none.
        deadline_s: End of waiting, in Unix seconds.
        max_outage_s: Seconds without an answer after which the job's state counts as unknown.
    """

    kind: AnyJobKind
    task_id: str
    gcp_conn_id: str
    project: str
    location: str
    job_id: str
    metrics_uri: str
    poll_interval_s: float
    deadline_s: float
    max_outage_s: float

    def hook(self) -> VertexHook:
        """Return a hook for the job; reads the Airflow connection."""
        return self.kind.hook(self)

    def to_payload(self) -> dict[str, Any]:
        """Return plain values, as triggers store them."""
        return {**{each.name: getattr(self, each.name) for each in fields(self)}, "kind": self.kind.name}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> WatchedJob:
        """Read what `to_payload` wrote."""
        return cls(**{**payload, "kind": job_kind(payload["kind"])})

    def watch(self) -> JobWatch:
        """Return a watch that reads the job through the hook; importing Google's client takes a second."""
        from recsflow.watching.readers import job_watch

        return job_watch(self)
