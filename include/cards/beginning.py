"""The card of a run that begins: resolved, or refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from include.cards.card import Card, Kind, Scalar, State
from include.cards.tested_rows import rows_tested_on
from include.experiment.config.schedule_names import schedule_name
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.identity import experiment_id

# What a person searches by, the most asked for first; then what the model has besides.
_TRAINING = ("learning_rate", "epochs", "batch_size", "optimizer")
_SPLIT = ("sample_percent", "strategy", "holdout_days")


@dataclass(frozen=True)
class RunFacts:
    """What Airflow knows of a run.

    Attributes:
        run_type: manual, scheduled, backfill and so on, in Airflow's words.
        user: Who triggered it; None where nobody did.
    """

    dag_id: str
    run_id: str
    run_type: str | None
    logical_date: datetime | None
    user: str | None


def resolved_card(experiment: Experiment, run: RunFacts, now: datetime) -> Card:
    """Return the card of an experiment that has just been resolved."""
    return Card(
        experiment_id=experiment.experiment_id,
        **_of_run(run),
        number=experiment.number,
        name=experiment.display_name,
        kind=_kind(experiment),
        dataset=experiment.dataset.name,
        features=experiment.features.name,
        model=experiment.model.name,
        model_type=experiment.model.type,
        schedule=experiment.schedule,
        sweep_id=experiment.sweep_id,
        trial=experiment.trial,
        parent_experiment_id=experiment.parent_experiment_id,
        created_at=now,
        updated_at=now,
        warnings=len(experiment.warnings),
        warning=str(experiment.warnings[0]) if experiment.warnings else None,
        epochs=(0, experiment.training.get("epochs")),
        params=dict(_params(experiment)),
        test_rows=rows_tested_on(experiment),
    )


def unresolved_card(parameters: Mapping[str, Any], run: RunFacts, now: datetime) -> Card:
    """Return the card of a run of which only its form is known.

    Args:
        parameters: The run's params, right or wrong.
        run: Which run it is.
        now: The time, UTC.
    """
    schedule = schedule_name(run.dag_id)
    parent = parameters.get("experiment")
    return Card(
        experiment_id=experiment_id(run.dag_id, run.run_id),
        **_of_run(run),
        kind=_kind_of_form(parameters, schedule),
        dataset=_name(parameters.get("dataset")),
        features=_name(parameters.get("features")),
        model=_name(parameters.get("model")),
        schedule=schedule,
        parent_experiment_id=parent[:128] if isinstance(parent, str) else None,
        created_at=now,
        updated_at=now,
    )


def at_work(card: Card, state: State, stage: str, now: datetime, **fields: Any) -> Card:
    """Return a card whose run is at work in a task; what ended it before is forgotten."""
    return card.changed(
        state=state, stage=stage, component=None, error=None, ended_at=None, updated_at=now, **fields
    )


def _of_run(run: RunFacts) -> dict[str, Any]:
    return {
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "run_type": run.run_type,
        "logical_date": run.logical_date,
        "user": run.user,
    }


def _kind(experiment: Experiment) -> Kind:
    kinds = {
        Kind.TRIAL: experiment.trial is not None,
        Kind.RERUN: experiment.parent_experiment_id is not None,
        Kind.OVERFIT_CHECK: experiment.parameters.overfit_rows is not None,
        Kind.RETRAINING: experiment.schedule is not None,
    }
    return next((kind for kind, is_it in kinds.items() if is_it), Kind.EXPERIMENT)


def _kind_of_form(parameters: Mapping[str, Any], schedule: str | None) -> Kind:
    kinds = {
        Kind.RERUN: "experiment" in parameters,
        Kind.OVERFIT_CHECK: parameters.get("overfit_rows") is not None,
        Kind.RETRAINING: schedule is not None,
    }
    return next((kind for kind, is_it in kinds.items() if is_it), Kind.EXPERIMENT)


def _params(experiment: Experiment) -> Iterator[tuple[str, Scalar]]:
    """Yield what a person searches by, and then other plain values of the training and of the model."""
    training, split = experiment.training, experiment.split.model_dump(mode="json")
    model = experiment.model.model_dump(mode="json", exclude={"name", "type", "description"})
    first = {name: training[name] for name in _TRAINING if name in training}
    chosen = {name: model[name] for name in (experiment.parameters.model_options or {}) if name in model}
    split = {name: split[name] for name in _SPLIT}
    given: dict[str, Scalar] = {}
    # Where two have a name, the one that comes first was used.
    for name, value in chain(*(each.items() for each in (first, split, chosen, training, model))):
        if isinstance(value, bool | int | float | str):
            given.setdefault(name, value)
    yield from given.items()


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) else None
