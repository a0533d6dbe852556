"""The gate between a trained model and its users: a pure function of what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from include.experiment.config.promotion_rule import PromotionRule
from include.metrics.catalogue import metric

HEALTHY = "healthy"
# Serving and training score the same rows with the same weights; sums in another order differ by far less.
_SERVED_AS_TRAINED = 0.01


@dataclass(frozen=True)
class Candidate:
    """The model of this run.

    Attributes:
        metric: What is compared.
        served: The metric of the saved model on the test rows; None where it has none.
        trained: The same as the training run measured it.
        baseline: The best baseline on the same rows.
        baseline_value: Its metric.
        verdict: What the diagnostics say about the training.
        quality_passed: Whether all critical expectations about the rows were met.
        window_end: Exclusive end of its rows.
        test_start: Inclusive start of the test rows; None where they are no period of their own.
    """

    experiment_id: str
    metric: str
    served: float | None
    trained: float | None
    baseline: str
    baseline_value: float | None
    verdict: str
    quality_passed: bool
    window_end: datetime
    test_start: datetime | None


@dataclass(frozen=True)
class Champion:
    """The model that users have now, asked about the candidate's test rows.

    Attributes:
        version: Its version in the registry.
        served: The candidate's metric on the candidate's test rows; None where it has none.
        window_end: Exclusive end of the rows of its run.
        trained_until: Exclusive end of the rows that it was trained on.
    """

    experiment_id: str
    version: str
    served: float | None
    window_end: datetime
    trained_until: datetime

    def saw(self, candidate: Candidate) -> bool:
        """Whether it was trained on rows that the candidate is tested on."""
        return candidate.test_start is None or self.trained_until > candidate.test_start


@dataclass(frozen=True)
class Decision:
    """What comes of a candidate.

    Attributes:
        promote: Whether it becomes champion.
        reasons: One sentence each: all that speaks against it, or what it has won by.
    """

    promote: bool
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return f"{'promoted' if self.promote else 'not promoted'}: {' '.join(self.reasons)}"


def decide(
    rule: PromotionRule, candidate: Candidate, champion: Champion | None, *, backfilled: bool
) -> Decision:
    """Return whether a candidate becomes champion, and why.

    It has to be healthy, on rows of passed quality, served as it was trained, and better by the margin than
    the best baseline and than the champion, if there is one, on the same rows. A backfill never promotes:
    its runs are of the past.

    Args:
        rule: The margin.
        candidate: The model of this run.
        champion: The model that users have; None where there is none yet.
        backfilled: Whether the run belongs to a backfill.
    """
    if champion is not None and champion.experiment_id == candidate.experiment_id:
        return Decision(False, (f"It is the champion already, as version {champion.version}.",))
    against = [*_unfit(candidate, backfilled), *_compared(rule, candidate, champion)]
    return Decision(False, tuple(against)) if against else Decision(True, _victory(candidate, champion))


def _unfit(candidate: Candidate, backfilled: bool) -> Iterator[str]:
    if backfilled:
        yield "A backfilled run never promotes."
    if candidate.verdict != HEALTHY:
        yield f"The verdict on its training is {candidate.verdict.replace('_', ' ')}, not healthy."
    if not candidate.quality_passed:
        yield "Its rows break critical expectations."
    if candidate.served is None or candidate.trained is None:
        yield f"It has no {candidate.metric} on the test rows."
    elif abs(candidate.served - candidate.trained) > _SERVED_AS_TRAINED * abs(candidate.trained):
        yield (
            f"Its saved model has {candidate.metric} {candidate.served:.4f} on the test rows, its training "
            f"has {candidate.trained:.4f}: it would not be served as it was trained."
        )


def _compared(rule: PromotionRule, candidate: Candidate, champion: Champion | None) -> Iterator[str]:
    if candidate.served is None:
        return
    if candidate.baseline_value is None:
        yield f"No baseline has {candidate.metric} on the test rows."
    elif not _beats(candidate, candidate.baseline_value, rule.margin):
        yield _short_of(candidate, f"the best baseline, {candidate.baseline}", candidate.baseline_value, rule)
    if champion is None:
        return
    if champion.window_end > candidate.window_end:
        yield (
            f"The champion, version {champion.version}, is of a later window, until "
            f"{champion.window_end:%Y-%m-%d}."
        )
    if champion.served is None:
        yield (
            f"The champion, version {champion.version}, has no {candidate.metric}, so the two cannot be "
            "compared: move the alias by hand, or delete it."
        )
    elif not _beats(candidate, champion.served, rule.margin):
        excuse = " It was trained on some of these rows, though." if champion.saw(candidate) else ""
        name = f"the champion, version {champion.version}"
        yield _short_of(candidate, name, champion.served, rule) + excuse


def _victory(candidate: Candidate, champion: Champion | None) -> tuple[str, ...]:
    served, metric = candidate.served, candidate.metric
    over_baseline = f"the best baseline, {candidate.baseline}, has {candidate.baseline_value:.4f}."
    if champion is None:
        return (f"{metric} is {served:.4f}, {over_baseline}", "There was no champion before it.")
    theirs = f"the champion, version {champion.version}, has {champion.served:.4f}"
    return (f"{metric} is {served:.4f}, {theirs}, and {over_baseline}",)


def _beats(candidate: Candidate, other: float, margin: float) -> bool:
    """Better by more than the margin's share of the other value; equal is never better."""
    served, compared = candidate.served or 0.0, metric(candidate.metric)
    bound = other + compared.sign * margin * abs(other)
    return compared.is_better(served, other) and not compared.is_better(bound, served)


def _short_of(candidate: Candidate, name: str, value: float, rule: PromotionRule) -> str:
    return (
        f"{candidate.metric} {candidate.served:.4f} does not beat {name}, with {value:.4f}, by "
        f"{100 * rule.margin:g} %."
    )
