"""What a sweep makes large or small, and what a trial's training says of it.

The test split is for reporting. A sweep never chooses by it: a measure of the test split is taken on an
earlier window, whose end is one holdout before the run's own, so that no trial sees the run's test rows. A
measure of the eval split, named `val_…`, is taken on the run's own window.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from include.experiment.config.models import MODEL_TYPES, ModelType
from include.experiment.config.models.model_type import HEADLINE
from include.experiment.config.promotion_rule import PromotionRule
from include.metrics import catalogue
from include.metrics.metric import Direction, Split
from include.tracking.training_metrics import TrainingMetrics, Verdict

# Broken trainings, and one whose number is too good to be true: none of them may win.
PRUNED = frozenset({Verdict.COLLAPSED, Verdict.DIVERGED, Verdict.DEAD_TOWER, Verdict.SUSPECTED_LEAKAGE})


class TrialState(StrEnum):
    """How far a trial has come.

    `pruned` is a trial that ended without a model worth comparing: its training collapsed or diverged.
    """

    RUNNING = "running"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"


@dataclass(frozen=True)
class Judgement:
    """What came of a trial: its state, its value where it has one, of which metric, and why it has none."""

    state: TrialState
    value: float | None = None
    baseline: float | None = None
    verdict: str = ""
    reason: str = ""
    metric: str = ""


def direction(metric: str) -> Direction:
    """Return whether a metric's large or small values are good."""
    if metric == HEADLINE:
        return Direction.MAXIMIZE  # rows decide between kinds of recall only
    found = catalogue.metric(metric).direction
    if found is None:
        raise ValueError(f"{metric} has no direction, so no sweep can go by it.")
    return found


def common_metrics(model_types: Iterable[ModelType]) -> list[str]:
    """Return the metrics that all these model types have, the usual one first."""
    listed = [each.searched_metrics for each in model_types]
    common = [metric for metric in listed[0] if all(metric in others for others in listed[1:])]
    return list(dict.fromkeys(common))


def of_eval_split(metric: str) -> bool:
    """Whether a metric is taken on the eval rows of the run's own window."""
    return metric != HEADLINE and Split.EVAL in catalogue.metric(metric).splits


def judge(metrics: TrainingMetrics | None, metric: str, error: str) -> Judgement:
    """Return what came of a trial.

    Args:
        metrics: What training said; None where it never began.
        metric: What the sweep goes by.
        error: What went wrong with the trial, empty where nothing did.
    """
    verdict = metrics.diagnosis.verdict if metrics else Verdict.UNKNOWN
    if metrics and verdict in PRUNED:
        evidence = "; ".join(metrics.diagnosis.evidence) or f"the verdict is {verdict.value}"
        value = _value(metrics, judged_by(metrics, metric))
        return Judgement(TrialState.PRUNED, value, verdict=verdict.value, reason=evidence)
    if error or metrics is None:
        return Judgement(TrialState.FAILED, verdict=verdict.value, reason=error or "no training ran")
    metric = judged_by(metrics, metric)
    value = _value(metrics, metric)
    if value is None:
        known = ", ".join([*metrics.test, *_of_model_epoch(metrics)])
        reason = f"training reports no finite {metric}; it reports {known}"
        return Judgement(TrialState.FAILED, verdict=verdict.value, reason=reason)
    compared = metrics.comparison.get(metric)
    baseline = compared.baseline_value if compared else None
    return Judgement(TrialState.COMPLETE, value, baseline, verdict.value, metric=metric)


def judged_by(metrics: TrainingMetrics, metric: str) -> str:
    """Return the metric itself, or what `headline` stands for on a trial's rows."""
    if metric != HEADLINE:
        return metric
    told = metrics.headline.metric if metrics.headline else None
    return PromotionRule().metric_for(MODEL_TYPES[metrics.model_type], told)


def _value(metrics: TrainingMetrics, metric: str) -> float | None:
    return _of_model_epoch(metrics).get(metric) if of_eval_split(metric) else metrics.test.get(metric)


def _of_model_epoch(metrics: TrainingMetrics) -> dict[str, float | None]:
    """The eval metrics with a direction, of the epoch whose weights the model has."""
    measured = metrics.model_epoch.metrics if metrics.model_epoch else {}
    known = {name: catalogue.METRICS[name] for name in measured if name in catalogue.METRICS}
    return {
        name: measured[name] for name, each in known.items() if each.direction and Split.EVAL in each.splits
    }
