"""Progress lines that a person follows, worked out from what changed since the last look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from include.metrics.catalogue import followed
from recsflow.vertex.jobs import ENDED, Component, Job, JobState

HEARTBEAT_S = 30.0
CLOCK_SKEW = timedelta(seconds=30)


class JobProgress:
    """Remembers what was said about a job, and says only what is new.

    Args:
        heartbeat_s: Seconds after which a component that still runs is mentioned again.
    """

    def __init__(self, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._heartbeat_s = heartbeat_s
        self._job_state: JobState | None = None
        self._states: dict[str, JobState] = {}
        self._mentioned: dict[str, datetime] = {}
        self._epochs_said = 0

    def lines(self, job: Job, now: datetime) -> list[str]:
        """Return what changed about the job and its components."""
        changed = [line for component in job.components if (line := self._component(component, job, now))]
        if job.state is not self._job_state and job.state is not JobState.RUNNING:
            changed.append(f"job {job.job_id} {job.state} {job.seconds(now):.0f} s")
        self._job_state = job.state
        return changed

    def epochs(self, metrics: Mapping[str, Any] | None, started: datetime | None) -> list[str]:
        """Return the epochs that `training_metrics.json` reports for the first time.

        Args:
            metrics: The file's content.
            started: When the Trainer of this job started; an older file belongs to an earlier attempt.
        """
        if not metrics or not is_current(metrics, started):
            return []
        epochs = metrics["epochs"]
        new = epochs[self._epochs_said :]
        self._epochs_said = max(self._epochs_said, len(epochs))
        planned = metrics.get("params", {}).get("epochs", "?")
        return [_epoch_line(epoch, planned) for epoch in new]

    def _component(self, component: Component, job: Job, now: datetime) -> str | None:
        state, before = component.state, self._states.get(component.name, JobState.PENDING)
        due = state is JobState.RUNNING and self._since_mention(component, now) >= self._heartbeat_s
        if state is before and not due:
            return None
        self._states[component.name] = state
        self._mentioned[component.name] = now
        return f"{component.name} {state}{_duration(component, now)} ({_share(job)})"

    def _since_mention(self, component: Component, now: datetime) -> float:
        mentioned = self._mentioned.get(component.name)
        return (now - mentioned).total_seconds() if mentioned else 0.0


def _duration(component: Component, now: datetime) -> str:
    seconds = round(component.seconds(now))
    return f" {seconds} s" if seconds and component.state is not JobState.CACHED else ""


def _share(job: Job) -> str:
    done = sum(component.state in ENDED for component in job.components)
    total = max(job.components_total, 1)
    return f"{done} of {total} done, {100 * done / total:.0f} %"


def is_current(metrics: Mapping[str, Any], trainer_started: datetime | None) -> bool:
    """Whether `training_metrics.json` was begun by the Trainer that started then, not by an earlier one."""
    try:
        written = datetime.fromisoformat(metrics["started_at"])
        return trainer_started is not None and written >= trainer_started - CLOCK_SKEW
    except (KeyError, TypeError, ValueError):
        return False


def _epoch_line(epoch: Mapping[str, Any], planned: object) -> str:
    metrics = epoch.get("metrics", {})
    shown = [f"{name} {_number(metrics[name])}" for name in _ordered(metrics) if metrics[name] is not None]
    return (
        f"Trainer epoch {epoch['epoch']}/{planned} {' '.join(shown)} ({_number(epoch.get('duration_s'))} s)"
    )


def _ordered(metrics: Mapping[str, Any]) -> Iterable[str]:
    return [name for name in followed() if name in metrics]


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.4g}"
