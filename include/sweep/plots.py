"""Pictures of a sweep: how its best value grew, and which dimensions mattered."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from include.metrics.metric import Direction
from include.sweep.objective import TrialState
from include.sweep.plan import SweepPlan
from include.sweep.sampler import study_of
from include.sweep.trial import Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Fewer say nothing about several dimensions.
MIN_FOR_IMPORTANCE = 4
_SIZE_INCHES = (7.0, 4.0)
_TITLE_POINTS = 9


def importances(plan: SweepPlan, trials: Iterable[Trial]) -> dict[str, float]:
    """Return each dimension's share in the metric's variance, the largest first.

    By functional ANOVA (Hutter et al., ICML 2014). Empty where fewer than four trials are complete, or all
    have the same value.
    """
    complete = [each for each in trials if each.state is TrialState.COMPLETE]
    if len(complete) < MIN_FOR_IMPORTANCE or len({each.value for each in complete}) == 1:
        return {}
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    study = study_of(plan, complete)
    found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=plan.seed))
    return {name: float(share) for name, share in found.items()}


def history_png(plan: SweepPlan, trials: Iterable[Trial]) -> bytes:
    """Return a PNG of each trial's value, the best one so far, and the best baseline."""
    from matplotlib.ticker import MaxNLocator

    listed = sorted(trials, key=lambda trial: trial.number)
    complete = [(each.number, each.value) for each in listed if each.state is TrialState.COMPLETE]
    figure, axes = _empty(f"{plan.metric} of each trial, {plan.sweep_id}")
    axes.plot(*zip(*complete, strict=True), "o", label="trial")
    better = max if plan.direction is Direction.MAXIMIZE else min
    best = [
        (number, better(v for n, v in complete if n <= number and v is not None)) for number, _ in complete
    ]
    axes.step(*zip(*best, strict=True), where="post", label="best so far")
    baselines = [each.baseline for each in listed if each.baseline is not None]
    if baselines:
        axes.axhline(better(baselines), linestyle="--", color="grey", label="best baseline")
    for each in listed:
        if each.state in {TrialState.PRUNED, TrialState.FAILED}:
            axes.axvline(
                each.number, linestyle=":", color="tab:red", label=f"{each.state.value} {each.number}"
            )
    axes.set_xlabel("trial")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel(plan.metric)
    axes.legend(fontsize=_TITLE_POINTS - 2)
    return _png(figure)


def importance_png(plan: SweepPlan, shares: dict[str, float], trials: Iterable[Trial]) -> bytes:
    """Return a PNG of what `importances` found."""
    count = sum(each.state is TrialState.COMPLETE for each in trials)
    figure, axes = _empty(
        f"Share of each dimension in the variance of {plan.metric}, {count} complete trials"
    )
    names = list(reversed(shares))
    axes.barh(names, [shares[name] for name in names])
    axes.set_xlim(0, 1)
    return _png(figure)


def _empty(title: str) -> tuple[Figure, Axes]:
    # Without pyplot, which keeps figures and picks a screen.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title, fontsize=_TITLE_POINTS)
    return figure, axes


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=120)
    return stream.getvalue()
