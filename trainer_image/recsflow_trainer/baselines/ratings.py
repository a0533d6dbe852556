"""What anybody would guess of a rating: means of the labels that were seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.evaluation.ratings import rating_metrics
from recsflow_trainer.examples.splits import Split
from recsflow_trainer.features.interaction import INTERACTION_LABEL


@dataclass(frozen=True)
class Ids:
    """A transformed id.

    Attributes:
        name: Its name among the columns.
        known: Values from here on are out of vocabulary.
    """

    name: str
    known: int


def rating_baselines(
    seen: Sequence[Split], test: Split, customer: Ids, product: Ids
) -> dict[str, dict[str, float]]:
    """Returns the metrics of the global, the customer's and the product's mean, in the label's own units.

    A customer or product that was not seen with a label, or that shares its id with others out of the
    vocabulary, gets the global mean.

    Args:
        seen: Splits whose labels are averaged; rows without a label do not count.
        test: Split that is measured; all its rows have a label.
        customer: The customer's id.
        product: The product's id.
    """
    labels = np.concatenate([split.columns[INTERACTION_LABEL] for split in seen]).astype(np.float64)
    seen_rows = ~np.isnan(labels)
    overall = float(labels[seen_rows].mean())

    def mean_by(key: Ids) -> np.ndarray:
        ids = np.concatenate([split.columns[key.name] for split in seen])
        rows = seen_rows & (ids < key.known)
        counts = np.bincount(ids[rows], minlength=key.known)
        sums = np.bincount(ids[rows], labels[rows], minlength=key.known)
        means = np.divide(sums, counts, out=np.full(key.known, overall), where=counts > 0)
        return np.append(means, overall)[np.minimum(test.columns[key.name], key.known)]

    guesses = {
        "global_mean": np.full(test.rows, overall),
        "customer_mean": mean_by(customer),
        "product_mean": mean_by(product),
    }
    truth, customers = test.columns[INTERACTION_LABEL], test.columns[customer.name]
    return {name: rating_metrics(guess, truth, customers) for name, guess in guesses.items()}
