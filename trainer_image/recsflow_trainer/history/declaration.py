"""The declaration of how purchase histories count in a retrieval model's scores."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from recsflow_trainer.errors import DeclarationError, ExamplesError
from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.splits import Split
from recsflow_trainer.features.interaction import INTERACTION_DATE

_DAY_S = 86_400

FittedTo = Literal["window", "eval"]


@dataclass(frozen=True)
class History:
    """Scores what a customer bought before by when and how often, and other products by what is like it.

    How much each feature of a history weighs is fitted to purchases like those of the test rows. Where these
    are the newest, that is the last `window_days` before the end of training, with what was known at their
    beginning; how much the towers count is then fitted to some customers whose rows of that window the towers
    have not seen.
    Where test rows are drawn from all dates, or follow eval rows that are newer than training, it is the eval
    rows, none of which the towers see.

    Attributes:
        fitted_to: "window", the last days before the end of training; or "eval", the eval rows.
        window_days: Days of purchases that are predicted.
        withheld: One in so many customers is kept from the towers in the window.
        epochs: Passes over the customers.
    """

    window_days: int = 28
    withheld: int = 5
    epochs: int = 20
    fitted_to: FittedTo = "window"

    def __post_init__(self) -> None:
        if self.fitted_to not in get_args(FittedTo):
            raise DeclarationError(f"History.fitted_to is {self.fitted_to!r}; use window or eval.")
        for name, least in (("window_days", 1), ("withheld", 2), ("epochs", 1)):
            value = getattr(self, name)
            if value < least:
                raise DeclarationError(f"History.{name} is {value}; use {least} or more.")

    def window(self, seconds: np.ndarray) -> tuple[int, int]:
        """Returns begin and end of the window, seconds since 1970.

        Args:
            seconds: int64 [rows], when something was bought; the window ends after all of it.

        Raises:
            ExamplesError: Nothing was bought before the window.
        """
        end = int(seconds.max(initial=0)) + 1
        begin = end - self.window_days * _DAY_S
        if not (seconds < begin).any():
            raise ExamplesError(
                f"History.window_days is {self.window_days}, and none of {len(seconds)} rows to learn from "
                "is older than that; use a shorter window, or more days of rows."
            )
        return begin, end

    def seen_by_towers(self, inputs: TransformedInputs, customer: str) -> Split:
        """Returns the training rows without those that the weight of the towers is fitted to.

        Args:
            inputs: The rows.
            customer: Name of the customer's id.
        """
        train = inputs.splits.train
        if self.fitted_to == "eval":
            return train
        begin, _ = self.window(np.concatenate([split.columns[INTERACTION_DATE] for split in inputs.seen]))
        late = train.columns[INTERACTION_DATE] >= begin
        withheld = self.is_withheld(train.columns[customer])
        return train.take(np.flatnonzero(~(late & withheld)))

    def is_withheld(self, customers: np.ndarray) -> np.ndarray:
        """Returns bool [rows], whether the towers do not see the customer's rows of the window."""
        return customers % self.withheld == 0
