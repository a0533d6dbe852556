"""Lists that nobody has to train: what sells, and what the customer bought before."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from benchmarks.peers.rows import Rows
from benchmarks.peers.system import best

DAY_S = 86_400


@dataclass
class Popularity:
    """Everybody gets what sold most often.

    Attributes:
        days: Only rows of the last so many days count; None counts all.
    """

    days: int | None = None
    _counts: np.ndarray = field(init=False)
    _bought: sparse.csr_matrix = field(init=False)

    def fit(self, rows: Rows) -> int:
        """Counts."""
        train = rows.train
        counted = np.ones(len(train.products), bool)
        if self.days is not None:
            counted = train.seconds >= rows.test_start - self.days * DAY_S
        self._counts = np.bincount(train.products[counted], minlength=rows.products)
        self._bought = rows.counts
        return int(counted.sum())

    def top(self, customers: np.ndarray, *, novel: bool) -> np.ndarray:
        """Returns the most popular products."""

        def scores(block: np.ndarray) -> np.ndarray:
            return np.tile(self._counts, [len(block), 1])

        return best(scores, customers, self._bought if novel else None)


@dataclass
class RepeatPurchases:
    """The customer's own products, recent purchases counting more; then what sold most often.

    Attributes:
        half_life_days: A purchase so old counts half.
    """

    half_life_days: float = 120.0
    _own: sparse.csr_matrix = field(init=False)
    _filling: np.ndarray = field(init=False)

    def fit(self, rows: Rows) -> int:
        """Counts."""
        age = (rows.test_start - rows.train.seconds) / DAY_S
        self._own = rows.weighted(0.5 ** (age / self.half_life_days))
        counts = np.bincount(rows.train.products, minlength=rows.products)
        # Below every weight of a product that the customer bought.
        self._filling = counts / counts.max() * self._own.data.min() / 2
        return len(age)

    def top(self, customers: np.ndarray, *, novel: bool) -> np.ndarray:
        """Returns the customer's products, then popular ones; of the former none where `novel`."""

        def scores(block: np.ndarray) -> np.ndarray:
            return self._own[block].toarray() + self._filling

        return best(scores, customers, self._own if novel else None)
