"""What a model has on its test rows, beside every baseline on the same rows."""

from __future__ import annotations

from enum import StrEnum

from include.experiment.config.base import Frozen
from include.metrics.catalogue import METRICS
from include.metrics.metric import Direction
from include.tracking.entries import lift
from include.tracking.training_metrics import Number, TrainingMetrics


class Better(StrEnum):
    """Which values of a metric are good."""

    HIGHER = "higher"
    LOWER = "lower"


class Measure(Frozen):
    """A metric of the test rows.

    Attributes:
        better: Which values are good; None where none are, or where the catalogue does not have the metric.
        baselines: The same metric of each baseline.
        lift: How many times better than the best baseline, above 1 also where small numbers are good.
        headline: Whether the run is judged by it.
    """

    name: str
    title: str
    help: str
    value: Number
    better: Better | None
    baselines: dict[str, Number]
    best_baseline: str | None = None
    baseline_value: Number = None
    lift: Number = None
    headline: bool = False


def better_of(metric: str) -> Better | None:
    """Return which values of a metric are good."""
    known = METRICS.get(metric)
    ways = {Direction.MAXIMIZE: Better.HIGHER, Direction.MINIMIZE: Better.LOWER}
    return ways.get(known.direction) if known and known.direction else None


def measures_of(metrics: TrainingMetrics) -> list[Measure]:
    """Return all metrics of the test rows, the one that the run is judged by first."""
    judged_by = metrics.headline.metric if metrics.headline else None
    names = sorted(metrics.test, key=lambda name: name != judged_by)
    return [_measure(metrics, name, is_headline=name == judged_by) for name in names]


def _measure(metrics: TrainingMetrics, name: str, *, is_headline: bool) -> Measure:
    known, compared = METRICS.get(name), metrics.comparison.get(name)
    return Measure(
        name=name,
        title=known.title if known else name,
        help=known.help if known else "",
        value=metrics.test[name],
        better=better_of(name),
        baselines={of: values[name] for of, values in metrics.baselines.items() if name in values},
        best_baseline=compared.best_baseline if compared else None,
        baseline_value=compared.baseline_value if compared else None,
        lift=lift(compared) if compared else None,
        headline=is_headline,
    )
