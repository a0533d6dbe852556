"""The products that are ranked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.examples.splits import Split


@dataclass(frozen=True)
class Candidates:
    """The products that can be recommended, each once.

    Attributes:
        ids: int64 [candidates], transformed product ids.
        features: The candidate tower's features of each, [candidates] or [candidates, width].
    """

    ids: np.ndarray
    features: Mapping[str, np.ndarray]

    def positions(self, products: np.ndarray) -> np.ndarray:
        """Returns where each of the products [rows] stands among the candidates, -1 for one that is none."""
        order = np.argsort(self.ids)
        places = np.searchsorted(self.ids, products, sorter=order)
        found = order[np.minimum(places, len(order) - 1)]
        return np.where(self.ids[found] == products, found, -1)


def unique_candidates(
    splits: Sequence[Split], product: str, features: Sequence[str], vocabulary_size: int
) -> Candidates:
    """Collects the products of some splits, each with the features of its first row.

    Rows whose product is out of vocabulary are left out: different products share such an id, so that it
    cannot be recommended. The order is scattered over the ids, which follow popularity: equal scores, which
    the earlier candidate wins, must not make a model that knows nothing look as good as the popularity
    baseline.

    Args:
        splits: Where to look; a product's features come from the first split that has it.
        product: Name of the product id, told by the model's declaration.
        features: Names of the candidate tower's features.
        vocabulary_size: Ids from here on are out of vocabulary.

    Raises:
        ExamplesError: No row has a known product.
    """
    products = np.concatenate([split.columns[product] for split in splits])
    ids, first_rows = np.unique(products, return_index=True)
    known = ids < vocabulary_size
    ids, first_rows = ids[known], first_rows[known]
    if not len(ids):
        raise ExamplesError(
            f"No row of {', '.join(split.name for split in splits)} has a {product!r} of its vocabulary; "
            "lower the vocabulary's min_frequency or give more rows."
        )
    order = np.argsort(_scattered(ids), kind="stable")
    rows = first_rows[order]
    columns = {name: np.concatenate([split.columns[name] for split in splits])[rows] for name in features}
    return Candidates(ids[order], columns)


def _scattered(ids: np.ndarray) -> np.ndarray:
    """A fixed pseudo-random key for each id (multiplicative hashing, 64 bits)."""
    return (ids.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
