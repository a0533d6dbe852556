"""The declaration of a retrieval model's memory of purchases."""

from dataclasses import dataclass

import numpy as np

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.examples.splits import Split, Splits
from recsflow_trainer.features.interaction import INTERACTION_DATE

_DAY_S = 86_400


@dataclass(frozen=True)
class History:
    """Scores what a customer bought before by when and how often, and other products by what is like it.

    How much each sign counts is fitted to the last `window_days` before the end of training, with what was
    known at their beginning. How much the towers count is fitted to some customers whose rows of that window
    the towers have not seen.

    Attributes:
        window_days: Days of purchases that are predicted.
        withheld: One in so many customers is kept from the towers in the window.
        epochs: Passes over the customers.
    """

    window_days: int = 28
    withheld: int = 5
    epochs: int = 20

    def __post_init__(self) -> None:
        for name, least in (("window_days", 1), ("withheld", 2), ("epochs", 1)):
            value = getattr(self, name)
            if value < least:
                raise DeclarationError(f"History.{name} is {value}; use {least} or more.")

    def begin(self, end: int) -> int:
        """Returns when the window begins that stops at `end`, both seconds since 1970."""
        return end - self.window_days * _DAY_S

    def seen_by_towers(self, splits: Splits, customer: str) -> Split:
        """Returns the training rows without those that the weight of the towers is fitted to.

        Args:
            splits: The rows.
            customer: Name of the customer's id.
        """
        end = max(int(split.columns[INTERACTION_DATE].max()) for split in (splits.train, splits.eval)) + 1
        late = splits.train.columns[INTERACTION_DATE] >= self.begin(end)
        withheld = self.is_withheld(splits.train.columns[customer])
        return splits.train.take(np.flatnonzero(~(late & withheld)))

    def is_withheld(self, customers: np.ndarray) -> np.ndarray:
        """Returns bool [rows], whether the towers do not see the customer's rows of the window."""
        return customers % self.withheld == 0
