"""The best trial of a sweep: what it is used for, and by whom.

A sweep of a config's own space leaves its winner under the config's name, where the next run of a schedule
with `sweep: <name>` finds it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from include import storage
from include.artifacts.sweep import KeptWinner
from include.errors import ConfigError, Problem
from include.experiment.config.base import Frozen
from include.experiment.config.run_parameters import ModelOverrides
from include.experiment.config.schedule_config import ScheduleConfig
from include.experiment.resolve.model_options import FIELD as MODEL_OPTIONS
from include.metrics.metric import Direction
from include.sweep.objective import TrialState
from include.sweep.parameters import CONFIGS
from include.sweep.plan import SweepPlan
from include.sweep.trial import Trial

# All else a schedule decides by itself unless the sweep searched for it: which rows, seed and hardware.
_HANDED_ON = {*CONFIGS, *ModelOverrides.model_fields}


class SweepWinner(Frozen):
    """The best trial of a sweep, as best.json.

    Attributes:
        name: The sweep config, '' where the form gave the space.
        parameters: Run parameters that make the same model again.
        chosen_before: Exclusive end of the rows by which it was chosen, midnight UTC.
    """

    sweep_id: str
    name: str
    trial: int
    experiment_id: str
    metric: str
    value: float
    baseline: float | None
    dataset: str
    parameters: dict[str, Any]
    chosen_before: datetime
    finished_at: datetime


def best_trial(plan: SweepPlan, trials: Iterable[Trial]) -> Trial | None:
    """Return the complete trial with the best value, the first of equals; None where none is complete."""
    sign = 1 if plan.direction is Direction.MAXIMIZE else -1
    complete = [each for each in trials if each.state is TrialState.COMPLETE and each.value is not None]
    return max(complete, key=lambda each: (sign * (each.value or 0.0), -each.number), default=None)


def winner_of(plan: SweepPlan, best: Trial, *, chosen_before: datetime, now: datetime) -> SweepWinner:
    """Return a sweep's best trial as its winner."""
    handed_on = {
        name: value for name, value in best.parameters.items() if name in plan.space or name in _HANDED_ON
    }
    return SweepWinner(
        sweep_id=plan.sweep_id,
        name=plan.name,
        trial=best.number,
        experiment_id=best.experiment_id,
        metric=best.metric or plan.metric,
        value=best.value or 0.0,
        baseline=best.baseline,
        dataset=str(plan.parameters["dataset"]),
        parameters=handed_on,
        chosen_before=chosen_before,
        finished_at=now,
    )


def read_winner(kept: KeptWinner, where: str) -> SweepWinner:
    """Return the newest winner of a sweep config.

    Args:
        kept: Of which config, and where.
        where: The file that asks for it.

    Raises:
        ConfigError: No sweep of that config has finished.
    """
    try:
        return SweepWinner.model_validate_json(storage.read_bytes(kept.winner))
    except FileNotFoundError:
        received = f"is {kept.sweep!r}, of which no run has finished"
        remedy = f'trigger the DAG sweep with {{"sweep": "{kept.sweep}"}} first, or remove the key'
        raise ConfigError([Problem(where, "sweep", received, remedy)]) from None


def tuned(
    parameters: Mapping[str, Any], schedule: ScheduleConfig, winner: SweepWinner
) -> tuple[dict[str, Any], set[str]]:
    """Return a scheduled run's parameters with the winner's, and the names of what is the winner's.

    What the schedule's `parameters` or a person says stays as it is. A run with another dataset, model or
    feature config than the schedule's takes nothing: the winner was found for something else.

    Args:
        parameters: The run's, as Airflow hands them over.
        schedule: The schedule of its DAG.
        winner: Of the schedule's sweep.

    Raises:
        ConfigError: The winner was found on another dataset.
    """
    if winner.dataset != schedule.dataset:
        received = f"is {winner.name!r}, whose winner was found on dataset {winner.dataset!r}"
        remedy = f"use {schedule.dataset!r} in the sweep, or name another sweep"
        raise ConfigError([Problem(f"schedules/{schedule.name}.yaml", "sweep", received, remedy)])
    usual, said = schedule.run_parameters(), schedule.parameters.model_fields_set
    if any(parameters.get(name) not in (None, "", usual[name]) for name in ("dataset", *CONFIGS)):
        return dict(parameters), set()
    taken = {
        name: value
        for name, value in winner.parameters.items()
        if name not in said and parameters.get(name) in (None, "", usual.get(name))
    }
    names = {*taken, *taken.get(MODEL_OPTIONS, {})} - {MODEL_OPTIONS}
    return {**parameters, **taken}, names
