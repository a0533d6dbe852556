"""What a card learns from a job and from what the Trainer reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from include.cards.card import Card, ComponentStage, Curve, Headline, Stage, State
from include.experiment.resolve.experiment import Experiment
from include.metrics.catalogue import METRICS
from include.metrics.metric import Split
from include.metrics.training import EVAL_LOSS, LOSS
from include.tracking.entries import failure_of, warnings_of
from include.tracking.outcome import PipelineOutcome
from include.tracking.training_metrics import TrainingMetrics, Verdict

# What a sparkline shows: the first of these that each epoch has.
_CURVES = (
    *(
        each.name
        for each in METRICS.values()
        if each.is_searched and each.tasks and Split.EVAL in each.splits
    ),
    EVAL_LOSS.name,
    LOSS.name,
)
_STATES = {"succeeded": State.SUCCEEDED, "cancelled": State.CANCELLED}
_CACHED = "cached"


def component_stages(components: Any, now: datetime) -> tuple[ComponentStage, ...]:
    """Return the components of a job at work.

    Args:
        components: Each with a `name`, a `state` and `seconds(now)`.
        now: The time, UTC.
    """
    return tuple(
        ComponentStage(each.name, str(each.state), round(each.seconds(now), 1), str(each.state) == _CACHED)
        for each in components
    )


def with_training(card: Card, metrics: TrainingMetrics) -> Card:
    """Return a card with what the Trainer has reported so far."""
    planned = metrics.params.get("epochs")
    return card.changed(
        epochs=(len(metrics.epochs), planned if isinstance(planned, int) else None),
        curve=_curve(metrics),
        headline=_headline(metrics),
        metrics=dict(_listed(metrics)),
        verdict=_verdict(metrics),
    )


def ended(
    card: Card,
    experiment: Experiment,
    metrics: TrainingMetrics | None,
    outcome: PipelineOutcome,
    now: datetime,
) -> Card:
    """Return the card of an experiment that has ended, well or badly.

    Args:
        card: As it was.
        experiment: The experiment.
        metrics: What training said; None where it never began.
        outcome: How the pipeline ended.
        now: The time, UTC.
    """
    told = with_training(card, metrics) if metrics else card
    warnings = warnings_of(experiment, metrics)
    state = _STATES.get(outcome.status, State.FAILED)
    components = tuple(
        ComponentStage(each.name, each.state, _tenths(each.seconds), each.state == _CACHED)
        for each in outcome.components
    )
    rows = card.test_rows
    if rows and metrics and metrics.rows.test:
        rows = rows.model_copy(update={"rows": metrics.rows.test})
    failed = [each.name for each in components if each.state == State.FAILED.value]
    return told.changed(
        state=state,
        stage=None if outcome.succeeded else card.stage,
        component=failed[0] if failed else None,
        components=components or card.components,
        error=None if outcome.succeeded else _error(metrics, outcome),
        warnings=len(warnings),
        warning=warnings[0] if warnings else None,
        test_rows=rows,
        ended_at=now,
        updated_at=now,
    )


def with_stages(card: Card, stages: tuple[Stage, ...]) -> Card:
    """Return a card with the tasks of its run as far as they are known; without any, as it was."""
    if not stages:
        return card
    return card.changed(stages=tuple(each._replace(seconds=_tenths(each.seconds)) for each in stages))


def _error(metrics: TrainingMetrics | None, outcome: PipelineOutcome) -> str:
    if metrics and metrics.error:
        return f"{metrics.error.type}: {metrics.error.message}"
    return failure_of(metrics, outcome)


def _verdict(metrics: TrainingMetrics) -> str | None:
    if metrics.overfit is not None:
        return None
    diagnosis = metrics.diagnosis
    # Unknown without evidence: no epoch was judged yet.
    is_known = diagnosis.verdict is not Verdict.UNKNOWN or diagnosis.evidence
    return diagnosis.verdict.value if is_known else None


def _curve(metrics: TrainingMetrics) -> Curve | None:
    if not metrics.epochs:
        return None
    found = {name: tuple(epoch.metrics.get(name) for epoch in metrics.epochs) for name in _CURVES}
    # What is measured after some epochs only makes no curve.
    name = max(found, key=lambda each: sum(value is not None for value in found[each]))
    return Curve(metric=name, values=found[name]) if any(value is not None for value in found[name]) else None


def _headline(metrics: TrainingMetrics) -> Headline | None:
    if metrics.headline is None:
        return None
    name = metrics.headline.metric
    compared = metrics.comparison.get(name)
    if compared is None:
        value = metrics.test.get(name)
        return None if value is None else Headline(metric=name, value=value)
    return Headline(
        metric=name,
        value=compared.value,
        baseline=compared.best_baseline,
        baseline_value=compared.baseline_value,
        better=compared.better,
    )


def _listed(metrics: TrainingMetrics) -> Iterator[tuple[str, float | None]]:
    """Yield what lists are sorted by: the headline and its like, losses, its families, other metrics."""
    epoch = metrics.model_epoch.metrics if metrics.model_epoch else {}
    headline = metrics.headline
    first = [headline.metric] if headline else []
    like = [name for name in metrics.test if headline and _base(name) == _base(headline.metric)]
    family = [name for name in metrics.test if headline and headline.counts(name)]
    values = {**epoch, **metrics.test}
    others = [name for name in METRICS if name in metrics.test]
    for name in dict.fromkeys([*first, *like, LOSS.name, EVAL_LOSS.name, *family, *others]):
        if name in values:
            yield name, values[name]


def _base(metric: str) -> str:
    return metric.partition("@")[0]


def _tenths(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
