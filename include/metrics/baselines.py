"""The baselines that the trainer measures beside a model, on the same test rows."""

from collections.abc import Collection

from include.metrics.metric import Task

# By what a model has to do to be compared with them, in the order of a table's columns.
BASELINES: dict[str, frozenset[Task]] = {
    "popularity": frozenset({Task.RETRIEVAL}),
    "recent_popularity": frozenset({Task.RETRIEVAL}),
    "repeat_purchases": frozenset({Task.RETRIEVAL}),
    "global_mean": frozenset({Task.RATING, Task.GRAPH_RATING}),
    "customer_mean": frozenset({Task.RATING, Task.GRAPH_RATING}),
    "product_mean": frozenset({Task.RATING}),
    "customer_product_bias": frozenset({Task.RATING}),
}


def baselines_of(tasks: Collection[Task]) -> list[str]:
    """Return the baselines of models that do these tasks."""
    return [name for name, of in BASELINES.items() if not of.isdisjoint(tasks)]


def times_better(value: float | None, baseline: float | None, *, better: bool) -> float | None:
    """Return how many times better a model is than a baseline, above 1 also where small numbers are good.

    None where one of them is not a number above 0.

    Args:
        value: The model's.
        baseline: The baseline's.
        better: Whether the model's is the better one.
    """
    if not value or not baseline or value < 0 or baseline < 0:
        return None
    large_is_good = better == (value > baseline)
    return value / baseline if large_is_good else baseline / value
