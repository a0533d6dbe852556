"""Purchases that a history's weights are fitted to, beside what was known before them."""

from dataclasses import dataclass

import numpy as np

from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.history.declaration import History

_FEWEST_CUSTOMERS = 20


@dataclass(frozen=True)
class HeldOut:
    """Purchases to predict.

    Attributes:
        now: The moment at which they are predicted, seconds since 1970.
        known: What was bought before, customers and products all known.
        wanted: What is predicted, customers and products all known.
    """

    now: int
    known: Purchases
    wanted: Purchases

    @classmethod
    def window(cls, history: History, seen: Purchases) -> "HeldOut":
        """Returns the last days, predicted at their beginning.

        Raises:
            ExamplesError: No purchase before the window, or none in it.
        """
        known = seen.known
        begin, _ = history.window(known.seconds)
        late = known.seconds >= begin
        return cls(begin, known.take(~late), known.take(late))

    @classmethod
    def eval_rows(cls, others: Purchases, rows: Purchases) -> "HeldOut":
        """Returns the eval rows, predicted from all others.

        Args:
            others: All other purchases; those after the first of `rows` count where `rows` are not newer.
            rows: The purchases of the eval rows.
        """
        known, wanted = others.known, rows.known
        now = int(known.seconds.max(initial=0)) + 1
        first = int(wanted.seconds.min()) if len(wanted) else 0
        return cls(max(now, first), known, wanted)

    def known_customers(self, chosen: np.ndarray) -> np.ndarray:
        """Returns those of the customers who bought before and are predicted, int64, ascending.

        Nobody's embedding says anything before there are purchases to learn it from.

        Args:
            chosen: int64 [customers].
        """
        both = np.intersect1d(self.known.customers, self.wanted.customers)
        return np.intersect1d(chosen, both)


def enough(customers: np.ndarray) -> bool:
    """Returns whether a weight can be fitted to so few customers."""
    return len(customers) >= _FEWEST_CUSTOMERS
