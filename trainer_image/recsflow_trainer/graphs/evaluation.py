"""How well graphs are ranked, and what their means would say."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from recsflow_trainer.evaluation.ratings import rating_metrics
from recsflow_trainer.graphs.graphs import Graphs


class Targets(Protocol):
    """Targets of graphs, and whose graphs they are."""

    @property
    def targets(self) -> np.ndarray:
        """The targets, float [graphs]."""
        ...

    @property
    def customers(self) -> np.ndarray:
        """Whose graph each is, str [graphs]."""
        ...


def graph_metrics(predictions: np.ndarray, graphs: Graphs) -> dict[str, float]:
    """Measures predictions of the targets, in their own units.

    `rmse`, `mae`, `pairwise_accuracy` and `spearman` are those of ratings: the last two are taken within each
    customer. `pairwise_accuracy_all` and `spearman_all` are the same over all graphs at once.

    Args:
        predictions: float32 [graphs].
        graphs: The graphs that they are of.
    """
    customers = np.unique(graphs.customers, return_inverse=True)[1]
    within = rating_metrics(predictions, graphs.targets, customers)
    overall = rating_metrics(predictions, graphs.targets, np.zeros(graphs.rows, np.int64))
    return {**within, **{f"{name}_all": overall[name] for name in ("pairwise_accuracy", "spearman")}}


def global_mean(seen: Sequence[Targets], test: Graphs) -> np.ndarray:
    """Returns the mean target of the graphs seen for each test graph, float64 [graphs]."""
    return np.full(test.rows, _targets(seen).mean())


def customer_mean(seen: Sequence[Targets], test: Graphs) -> np.ndarray:
    """Returns the mean target of the customer's graphs seen, float64 [graphs]; unseen ones get the global."""
    targets = _targets(seen)
    customers = np.concatenate([graphs.customers for graphs in seen])
    known, positions = np.unique(customers, return_inverse=True)
    means = np.bincount(positions, targets) / np.bincount(positions)
    places = np.minimum(np.searchsorted(known, test.customers), len(known) - 1)
    return np.where(known[places] == test.customers, means[places], targets.mean())


def _targets(seen: Sequence[Targets]) -> np.ndarray:
    return np.concatenate([graphs.targets for graphs in seen]).astype(np.float64)
