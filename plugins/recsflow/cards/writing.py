"""Writes the card of the run at hand; what goes wrong with it is a warning, never the run's end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include.artifacts.layout import ArtifactLayout
from include.cards.beginning import at_work, resolved_card, unresolved_card
from include.cards.card import Card, State
from include.cards.store import CardStore
from include.cards.tested_rows import rows_tested_on
from include.cards.training import ended, with_stages
from recsflow.cards.run import experiment_at_work, run_facts, run_stages
from recsflow.run_notes.keys import LIST_OF_ONE
from recsflow.settings import load_settings

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.artifacts.experiment import ExperimentFolder
    from include.experiment.resolve.experiment import Experiment
    from include.tracking.outcome import PipelineOutcome
    from include.tracking.training_metrics import TrainingMetrics

log = logging.getLogger(__name__)

# What every form of an experiment asks for; a clean-up has no card.
_ASKED_OF_EXPERIMENTS = "model"


def note_resolved(experiment: Experiment, context: Context, layout: ArtifactLayout) -> None:
    """Begin the card of an experiment that has just been resolved."""
    with _as_a_courtesy(experiment.experiment_id):
        now = datetime.now(UTC)
        begun = resolved_card(experiment, run_facts(context), now)
        CardStore(layout).write(at_work(begun, State.RESOLVED, context["ti"].task_id, now))


def note_work(folder: ExperimentFolder, context: Context, state: State | None = None) -> None:
    """Say that an experiment is at work in the task at hand.

    Args:
        folder: The experiment's.
        context: Of the task.
        state: How far it is; by default as far as before.
    """

    def change(card: Card, now: datetime) -> Card:
        told = with_stages(card, run_stages(context))
        return at_work(told, state or _open(card.state), context["ti"].task_id, now)

    change_card(folder, change)


def note_staged(experiment: Experiment, folder: ExperimentFolder, test_rows: int | None) -> None:
    """Say which rows an experiment is tested on, and how many these are."""

    def change(card: Card, now: datetime) -> Card:
        rows = rows_tested_on(experiment)
        counted = rows.model_copy(update={"rows": test_rows}) if rows else None
        return card.changed(test_rows=counted, updated_at=now)

    change_card(folder, change)


def note_end(
    experiment: Experiment,
    metrics: TrainingMetrics | None,
    outcome: PipelineOutcome,
    folder: ExperimentFolder,
    context: Context,
) -> None:
    """Say how an experiment has ended, and what was measured."""

    def change(card: Card, now: datetime) -> Card:
        return with_stages(ended(card, experiment, metrics, outcome, now), run_stages(context))

    change_card(folder, change)


def note_record(folder: ExperimentFolder, mlflow_run_id: str) -> None:
    """Say where an experiment's record is in MLflow."""
    change_card(folder, lambda card, now: card.changed(mlflow_run_id=mlflow_run_id, updated_at=now))


def note_refusal(context: Context, error: str, *, number: int, name: str, layout: ArtifactLayout) -> None:
    """Begin, and end, the card of a run whose configuration cannot be used.

    Args:
        context: Of the task at hand.
        error: Why.
        number: The run's among those of its DAG.
        name: Its title.
        layout: Where things are kept.
    """
    with _as_a_courtesy(str(context.get("run_id"))):
        now = datetime.now(UTC)
        card = unresolved_card(dict(context["params"]), run_facts(context), now)
        CardStore(layout).write(_failed(card.changed(number=number, name=name), context, error, now))


def note_failure(context: Context, error: str) -> None:
    """Say which task of a run has failed, and why, unless an earlier one is to blame.

    A run that failed before there was an experiment gets a card, too.
    """
    with _as_a_courtesy(str(context.get("run_id"))):
        experiment_id = experiment_at_work(context)
        store, now = CardStore(load_settings().layout), datetime.now(UTC)
        card = store.read(experiment_id)
        if card is None:
            if _ASKED_OF_EXPERIMENTS not in context["params"]:
                return
            card = unresolved_card(dict(context["params"]), run_facts(context), now)
            card = card.changed(experiment_id=experiment_id)
        if card.state in {State.FAILED, State.CANCELLED}:
            return
        store.write(_failed(card, context, error, now))


def change_card(folder: ExperimentFolder, change: Callable[[Card, datetime], Card]) -> None:
    """Write an experiment's card anew; nothing happens where it has none, as one of an earlier version.

    Args:
        folder: The experiment's.
        change: Makes the new card of the old one and the time, UTC.
    """
    with _as_a_courtesy(folder.experiment_id):
        store = CardStore(ArtifactLayout(folder.root))
        card = store.read(folder.experiment_id)
        if card is not None:
            store.write(change(card, datetime.now(UTC)))


def _failed(card: Card, context: Context, error: str, now: datetime) -> Card:
    words = LIST_OF_ONE.sub("", error)
    stage = context["ti"].task_id
    return card.changed(state=State.FAILED, stage=stage, error=words, ended_at=now, updated_at=now)


def _open(state: State) -> State:
    """Return a state that goes on: a task that was cleared begins anew."""
    return State.RESOLVED if state in {State.SUCCEEDED, State.FAILED, State.CANCELLED} else state


@contextmanager
def _as_a_courtesy(run: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        log.warning("The card of %s could not be written: %s: %s", run, type(error).__name__, error)
