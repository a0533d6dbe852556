"""Which point of the space is tried next: Optuna's sampler, fed with what the other trials found.

No study is kept anywhere. It is made anew from the trials' files for each suggestion, so that trials on
several workers need no database, and a sweep goes on after a crash from what is there.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from include.experiment.config.dimensions import (
    Categorical,
    Dimension,
    FloatRange,
    Integer,
    LogUniform,
    Space,
    choice_label,
)
from include.sweep.objective import TrialState
from include.sweep.plan import SweepPlan
from include.sweep.trial import Trial

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution

MAX_RANDOM_TRIALS = 10
_ATTEMPTS = 50
_SEEDS_APART = 7919


def suggest(plan: SweepPlan, number: int, others: Iterable[Trial]) -> dict[str, Any]:
    """Return the point of a trial, one that no other trial has.

    The first trials are random; later ones are drawn where good trials were dense and bad ones were not
    (the Tree-structured Parzen Estimator of Bergstra et al., NeurIPS 2011). A pruned trial counts as worse
    than all complete ones, and a trial that still runs as a bad one, so that trials at once keep apart.

    Args:
        plan: The sweep; the same seed and the same other trials give the same point.
        number: The trial's number.
        others: The trials that were suggested before, in whatever state.
    """
    known = list(others)
    taken = {choice_label(each.point) for each in known}
    point: dict[str, Any] = {}
    for attempt in range(_ATTEMPTS):
        study = study_of(plan, known, seed=plan.seed + number + _SEEDS_APART * attempt)
        drawn = study.ask(_distributions(plan.space)).params
        point = {name: _value(dimension, drawn[name]) for name, dimension in plan.space.items()}
        if choice_label(point) not in taken:
            break
    return point


def study_of(plan: SweepPlan, trials: Iterable[Trial], *, seed: int = 0) -> Study:
    """Return the study of all that is known."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        # The liar is called experimental; what it does for trials at once is what we want.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(
            seed=seed, n_startup_trials=random_trials(plan.trials), constant_liar=True
        )
    study = optuna.create_study(direction=plan.direction.value, sampler=sampler)
    for each in sorted(trials, key=lambda trial: trial.number):
        study.add_trial(_frozen(each, plan.space))
    return study


def random_trials(trials: int) -> int:
    """Return how many trials are random before the sampler has something to go by: a third, 2 to 10."""
    return max(2, min(MAX_RANDOM_TRIALS, trials // 3))


def _frozen(trial: Trial, space: Space) -> Any:
    from optuna.trial import TrialState as OptunaState
    from optuna.trial import create_trial

    states = {
        TrialState.RUNNING: OptunaState.RUNNING,
        TrialState.COMPLETE: OptunaState.COMPLETE,
        TrialState.PRUNED: OptunaState.PRUNED,
        TrialState.FAILED: OptunaState.FAIL,
    }
    complete = trial.state is TrialState.COMPLETE
    return create_trial(
        state=states[trial.state],
        params={name: _label_of(dimension, trial.point[name]) for name, dimension in space.items()},
        distributions=_distributions(space),
        value=trial.value if complete else None,
    )


def _distributions(space: Space) -> dict[str, BaseDistribution]:
    return {name: _distribution(dimension) for name, dimension in space.items()}


def _distribution(dimension: Dimension) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match dimension:
        case FloatRange():
            log = isinstance(dimension, LogUniform)
            return FloatDistribution(dimension.low, dimension.high, log=log)
        case Integer():
            return IntDistribution(dimension.low, dimension.high, log=dimension.log, step=dimension.step)
        case Categorical():
            return CategoricalDistribution([choice_label(choice) for choice in dimension.choices])


def _label_of(dimension: Dimension, value: Any) -> Any:
    return choice_label(value) if isinstance(dimension, Categorical) else value


def _value(dimension: Dimension, drawn: Any) -> Any:
    match dimension:
        case FloatRange():
            return dimension.rounded(drawn)
        case Categorical():
            return next(choice for choice in dimension.choices if choice_label(choice) == drawn)
        case _:
            return int(drawn)
