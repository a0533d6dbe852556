"""What an overfit check saw, and what it asks for; standard library only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recsflow_trainer.overfit.record import Criterion

ENOUGH = {"pairwise_accuracy": 0.9, "spearman": 0.8, "recall@1": 0.9}
SCORE_STD = 0.1
GRADIENT_NORM = 0.01
FALLS = 0.1


@dataclass(frozen=True)
class Fit:
    """How well one task's rows were learnt.

    Attributes:
        measures: What has to be high enough, by a name in `ENOUGH`.
        order: Share of pairs that are in the right order; 0.5 is chance, 0 is the wrong way round.
        score_std: Standard deviation of the scores.
        target_std: Standard deviation of the targets; None where rows are matched and have none.
    """

    measures: Mapping[str, float]
    order: float
    score_std: float
    target_std: float | None = None

    @property
    def least_score_std(self) -> float:
        """What the scores have to differ by: half of what the targets do, where that is less."""
        return SCORE_STD if self.target_std is None else min(SCORE_STD, self.target_std / 2)


@dataclass(frozen=True)
class Observation:
    """What the check saw.

    Attributes:
        initial_loss: Before the first step.
        final_loss: After the last one.
        uninformed_loss: Of a model whose output does not depend on its input.
        gradient_norms: By tower, the mean over ten steps each, from first to last.
        fits: One a task.
    """

    initial_loss: float
    final_loss: float
    uninformed_loss: float
    gradient_norms: Sequence[Mapping[str, float]]
    fits: Sequence[Fit]

    @property
    def gradient_norm(self) -> float:
        """Largest length of the gradients of all towers together; a row that is learnt gives none."""
        return max(_length(norms) for norms in self.gradient_norms)

    @property
    def last_gradient_norm(self) -> float:
        """The same of the last ten steps."""
        return _length(self.gradient_norms[-1])

    @property
    def start(self) -> float:
        """Loss of knowing nothing, or before the first step where that is less."""
        return min(self.initial_loss, self.uninformed_loss)

    @property
    def loss_bound(self) -> float:
        """What the loss has to fall below."""
        return self.start - FALLS * abs(self.start)

    @property
    def falls(self) -> bool:
        """Whether the loss is clearly lower than at the start."""
        return self.final_loss < self.loss_bound


def criteria(seen: Observation) -> list[Criterion]:
    """Returns what the check asks for, and what it got."""
    asked = [
        Criterion("final_loss", seen.final_loss, seen.loss_bound, seen.falls),
        _more("gradient_norm", seen.gradient_norm, GRADIENT_NORM),
    ]
    for name, fit in zip(score_std_names(seen.fits), seen.fits, strict=True):
        asked += [_more(measure, value, ENOUGH[measure]) for measure, value in fit.measures.items()]
        asked.append(_more(name, fit.score_std, fit.least_score_std))
    return asked


def score_std_names(fits: Sequence[Fit]) -> list[str]:
    """Returns what each task's deviation of scores is called; two tasks each have scores of their own."""
    if len(fits) == 1:
        return ["score_std"]
    return [f"score_std of {next(iter(fit.measures))}" for fit in fits]


def _length(norms: Mapping[str, float]) -> float:
    return math.hypot(*norms.values())


def _more(name: str, value: float, bound: float) -> Criterion:
    return Criterion(name, value, bound, value > bound)
