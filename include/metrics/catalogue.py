"""All metrics that the trainer reports, by name; a new one is a record in one of the modules listed here.

`tests/contracts/reported_metrics.py` holds it to what trained models really report.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection

from include.errors import RecsflowError
from include.metrics import rating, retrieval, training
from include.metrics.metric import Metric, Split, Task

METRICS: dict[str, Metric] = {
    each.name: each for each in (*training.LOSSES, *retrieval.METRICS, *rating.METRICS, *training.GAUGES)
}


class UnknownMetric(RecsflowError):
    """A name that the catalogue does not have."""

    def __init__(self, name: str) -> None:
        near = difflib.get_close_matches(name, METRICS, n=1)
        hint = f"did you mean {near[0]!r}? Otherwise add" if near else "add"
        super().__init__(
            f"metric {name!r} is not in include/metrics, so whether large or small values are good is not "
            f"known; {hint} its record there, or train with an image of this version."
        )


def metric(name: str) -> Metric:
    """Return the record of a metric.

    Raises:
        UnknownMetric: The catalogue does not have it.
    """
    try:
        return METRICS[name]
    except KeyError:
        raise UnknownMetric(name) from None


def promoting(tasks: Collection[Task]) -> list[str]:
    """Return the metrics that the gate of models with these tasks may go by."""
    return [each.name for each in METRICS.values() if each.promotes and each.is_of(tasks)]


def searched(tasks: Collection[Task]) -> list[str]:
    """Return the metrics that a sweep of models with these tasks may go by.

    Those of the test rows come before those of the eval rows, and what every model has comes last.
    """
    found = [each for each in METRICS.values() if each.is_searched and each.is_of(tasks)]
    found.sort(key=lambda each: (Split.EVAL in each.splits, not each.tasks))
    return [each.name for each in found]


def followed() -> list[str]:
    """Return the metrics of an epoch that the lines about a running job show."""
    return [each.name for each in METRICS.values() if each.is_followed]


def reported(tasks: Collection[Task], split: Split) -> list[Metric]:
    """Return what is reported of models with these tasks, of one split."""
    return [each for each in METRICS.values() if split in each.splits and each.is_of(tasks)]
