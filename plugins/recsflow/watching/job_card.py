"""The card of a run whose job is watched: its components, and the epochs that the Trainer reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from include.artifacts.artifact import NoSuchArtifact
from include.artifacts.experiment import ExperimentFolder
from include.cards.beginning import at_work
from include.cards.card import Card, State
from include.cards.training import component_stages, with_training
from include.tracking.training_metrics import TrainingMetrics
from recsflow.cards.writing import change_card
from recsflow.vertex.jobs import TRAINER, Job, JobState

# Cloud Storage takes one write a second of an object, from everybody together.
INTERVAL_S = 2.0


class JobCard:
    """Writes what changed about a job, as it is heard of.

    Args:
        metrics_uri: Where its Trainer reports; a job that has none, or scores, has no card of its own.
        task_id: The task that waits for it.
        seconds: A clock that only goes forward.
    """

    def __init__(self, metrics_uri: str, task_id: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._folder = _experiment_of(metrics_uri)
        self._task_id = task_id
        self._seconds = seconds
        self._told: object = None
        self._written_s: float | None = None

    def note(self, job: Job, metrics: Mapping[str, Any] | None) -> None:
        """Write the card where a component or an epoch has ended since, two seconds after the last time.

        Args:
            job: As it is now.
            metrics: What its own Trainer has reported; None while it has not.
        """
        news = (
            [(each.name, each.state) for each in job.components],
            len(metrics["epochs"]) if metrics else 0,
        )
        if self._folder is None or not job.components or news == self._told or self._is_too_early(job):
            return
        self._told, self._written_s = news, self._seconds()
        change_card(self._folder, lambda card, now: self._card(card, job, metrics, now))

    def _is_too_early(self, job: Job) -> bool:
        if self._written_s is None or job.state is not JobState.RUNNING:
            return False
        return self._seconds() - self._written_s < INTERVAL_S

    def _card(self, card: Card, job: Job, metrics: Mapping[str, Any] | None, now: datetime) -> Card:
        running = [each.name for each in job.components if each.state is JobState.RUNNING]
        state = State.TRAINING if TRAINER in running else State.SUBMITTED
        told = at_work(card, state, self._task_id, now, components=component_stages(job.components, now))
        told = told.changed(component=running[0] if running else None)
        return with_training(told, TrainingMetrics.model_validate(metrics)) if metrics else told


def _experiment_of(metrics_uri: str) -> ExperimentFolder | None:
    """Return the folder of the experiment whose Trainer reports to a file; None of any other file."""
    if not metrics_uri.endswith(ExperimentFolder.metrics.ending):
        return None
    try:
        return ExperimentFolder.holding(metrics_uri)
    except NoSuchArtifact:
        return None
