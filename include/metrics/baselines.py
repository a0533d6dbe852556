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
