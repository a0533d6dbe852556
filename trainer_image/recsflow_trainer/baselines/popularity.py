"""Everybody gets what sells most."""

from collections.abc import Sequence

import numpy as np

from recsflow_trainer.evaluation.recall import CUTOFFS, RankedRows, recall
from recsflow_trainer.examples import Split


def popularity_recall(
    seen: Sequence[Split], test: Split, product: str, vocabulary_size: int, cutoffs: Sequence[int] = CUTOFFS
) -> dict[str, float]:
    """Returns recall when every customer gets the products that were bought most often.

    Args:
        seen: Splits whose rows are counted.
        test: Split whose rows are measured.
        product: Name of the product id.
        vocabulary_size: Ids from here on are out of vocabulary and cannot be recommended.
        cutoffs: Values of k.
    """
    counts = sum(
        np.bincount(split.columns[product], minlength=vocabulary_size)[:vocabulary_size] for split in seen
    )
    bought = int(np.count_nonzero(counts))
    best = np.argsort(-np.asarray(counts), kind="stable")[: min(max(cutoffs), bought)]
    everybody = RankedRows(top=best[None, :], row=np.zeros(test.rows, np.int64))
    products = test.columns[product]
    return recall(everybody, np.where(products < vocabulary_size, products, -1), cutoffs)
