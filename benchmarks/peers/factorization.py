"""`implicit`: matrix factorisation by alternating least squares, and item-kNN, with its own defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from benchmarks.peers.rows import Rows
from benchmarks.peers.system import LONGEST


@dataclass
class Implicit:
    """A model of the package.

    Attributes:
        model: An estimator of implicit, which learns from how often each customer bought each product.
        passes: Over the rows, by its default.
    """

    model: Any
    passes: int
    _counts: sparse.csr_matrix = field(init=False)

    def fit(self, rows: Rows) -> int:
        """Learns."""
        self._counts = rows.counts
        with threadpool_limits(1, "blas"):  # as the package asks for; it has threads of its own
            self.model.fit(self._counts, show_progress=False)
        return self.passes * len(rows.train.products)

    def top(self, customers: np.ndarray, *, novel: bool) -> np.ndarray:
        """Returns what the package recommends."""
        with threadpool_limits(1, "blas"):
            ids, _ = self.model.recommend(
                customers, self._counts[customers], N=LONGEST, filter_already_liked_items=novel
            )
        found: np.ndarray = ids
        return found


def als(seed: int) -> Implicit:
    """128 factors, 15 passes."""
    from implicit.cpu.als import AlternatingLeastSquares

    return Implicit(AlternatingLeastSquares(factors=128, iterations=15, random_state=seed), passes=15)


def item_knn() -> Implicit:
    """Weighted by BM25."""
    from implicit.nearest_neighbours import BM25Recommender

    return Implicit(BM25Recommender(), passes=1)
