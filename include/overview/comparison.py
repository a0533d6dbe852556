"""Experiments side by side: what they were run with, what they found, and whether that may be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from include.cards.card import Card, TestedRows
from include.experiment.config.base import Frozen
from include.metrics.catalogue import METRICS
from include.overview.measures import Better, Measure, better_of
from include.overview.parameters import Parameter
from include.tracking.training_metrics import Number, Scalar, TrainingMetrics

_Named = TypeVar("_Named", Parameter, Measure)


@dataclass(frozen=True)
class Compared:
    """One of the experiments.

    Attributes:
        parameters: None of an experiment that cannot be read.
        measures: None where nothing was measured.
        metrics: What training said; None where it never began.
    """

    card: Card
    parameters: Sequence[Parameter]
    measures: Sequence[Measure]
    metrics: TrainingMetrics | None


class ParameterRow(Frozen):
    """A parameter of all; None of one that does not have it."""

    name: str
    title: str
    values: tuple[Scalar, ...]
    differs: bool


class MeasureRow(Frozen):
    """A metric of all.

    Attributes:
        best: Which of them are best, all that are equally so; none where that may not be said.
    """

    name: str
    title: str
    better: Better | None
    values: tuple[Number, ...]
    best: tuple[int, ...]


class EpochCurve(Frozen):
    """A metric of one of them by epoch."""

    id: str
    metric: str
    values: tuple[Number, ...]


class Comparison(Frozen):
    """All of it.

    Attributes:
        comparable: Whether all were tested on the same rows.
        reason: Why they may not be compared; None where they may.
        parameters: Those that differ come first.
    """

    comparable: bool
    reason: str | None
    parameters: tuple[ParameterRow, ...]
    metrics: tuple[MeasureRow, ...]
    curves: tuple[EpochCurve, ...]


def compare(experiments: Sequence[Compared]) -> Comparison:
    """Put experiments side by side, in the order given."""
    reason = incomparable([each.card for each in experiments])
    rows = [_parameter_row(found) for found in _by_name([each.parameters for each in experiments])]
    return Comparison(
        comparable=reason is None,
        reason=reason,
        parameters=tuple(sorted(rows, key=lambda row: not row.differs)),
        metrics=tuple(
            _measure_row(found, ranked=reason is None)
            for found in _by_name([each.measures for each in experiments])
        ),
        curves=tuple(curve for each in experiments for curve in _curves(each)),
    )


def incomparable(cards: Sequence[Card]) -> str | None:
    """Return why metrics of these say nothing about which is better; None where they do."""
    for card in cards:
        if card.test_rows is None:
            return f"It is not known which rows {_named(card)} was tested on."
    first, *others = cards
    for card in others:
        if card.test_rows and first.test_rows and card.test_rows.key != first.test_rows.key:
            return _difference(first, card)
    return None


def _difference(one: Card, other: Card) -> str:
    if one.dataset != other.dataset:
        return f"They are tested on different datasets: {one.dataset} and {other.dataset}."
    rows, others = _days(one.test_rows), _days(other.test_rows)
    if rows != others:
        return f"They are tested on different rows of {one.dataset}: {rows} and {others}."
    return f"They are tested on different states of {one.dataset}, or on rows that are chosen otherwise."


def _days(rows: TestedRows | None) -> str:
    if rows is None or rows.first_day is None:
        return "rows of all days"
    return f"{rows.first_day} to {rows.last_day}"


def _named(card: Card) -> str:
    return card.name or card.experiment_id


def _by_name(lists: Iterable[Iterable[_Named]]) -> list[list[_Named | None]]:
    """Return what has one name together, None where one of them does not have it, in the order of names."""
    by_name = [{each.name: each for each in listed} for listed in lists]
    names = dict.fromkeys(name for each in by_name for name in each)
    return [[each.get(name) for each in by_name] for name in names]


def _parameter_row(found: Sequence[Parameter | None]) -> ParameterRow:
    known = next(each for each in found if each)
    values = tuple(each.value if each else None for each in found)
    return ParameterRow(
        name=known.name, title=known.title, values=values, differs=any(each != values[0] for each in values)
    )


def _measure_row(found: Sequence[Measure | None], *, ranked: bool) -> MeasureRow:
    known = next(each for each in found if each)
    values = tuple(each.value if each else None for each in found)
    return MeasureRow(
        name=known.name,
        title=known.title,
        better=better_of(known.name),
        values=values,
        best=_best(known.name, values) if ranked else (),
    )


def _best(metric: str, values: Sequence[Number]) -> tuple[int, ...]:
    """Return where the best values are; nowhere unless at least two can be told apart or are equal."""
    measured = [value for value in values if value is not None]
    best = METRICS[metric].best(measured) if metric in METRICS and len(measured) > 1 else None
    return tuple(number for number, value in enumerate(values) if best is not None and value == best)


def _curves(each: Compared) -> list[EpochCurve]:
    epochs = each.metrics.epochs if each.metrics else ()
    names = dict.fromkeys(name for epoch in epochs for name in epoch.metrics if better_of(name))
    return [
        EpochCurve(
            id=each.card.experiment_id, metric=name, values=tuple(epoch.metrics.get(name) for epoch in epochs)
        )
        for name in names
    ]
