"""Recall of what a customer buys again, of what is new to her, and of lists without what she has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.evaluation.purchases import Baskets, Purchases
from recsflow_trainer.evaluation.recall import CUTOFFS
from recsflow_trainer.keras import tf
from recsflow_trainer.top_k import top_k

MISS = np.iinfo(np.int64).max
_SCORES_A_BLOCK = 1 << 23  # 32 MiB of float32
_ROWS_A_CALL = 8_192


@dataclass(frozen=True)
class TestRows:
    """The rows that are measured, beside what was bought before.

    Attributes:
        bought: The test purchases.
        baskets: What each customer had bought before.
        repeat: bool [rows], whether the customer had bought the row's product before; all others are novel.
    """

    __test__ = False

    bought: Purchases
    baskets: Baskets
    repeat: np.ndarray

    @classmethod
    def of(cls, seen: Purchases, test: Purchases, candidates: int) -> "TestRows":
        """Tells repeat from novel rows."""
        baskets = Baskets(seen, candidates)
        return cls(test, baskets, baskets.contains(test.customers, test.products))


@dataclass(frozen=True)
class Ranks:
    """Where each test row's own product stands in its customer's list, from 0; MISS where it does not.

    Attributes:
        all_products: int64 [rows], in the list of all products.
        unbought: int64 [rows], in the list without what the customer had bought before; read for novel rows.
    """

    all_products: np.ndarray
    unbought: np.ndarray

    def take(self, rows: np.ndarray) -> "Ranks":
        """Returns those of some rows, bool [rows]."""
        return Ranks(self.all_products[rows], self.unbought[rows])


@dataclass(frozen=True)
class Lists:
    """The best products of each distinct query.

    Attributes:
        all_products: int32 [queries, k], positions of candidates, best first.
        unbought: int32 [queries, k], the same without what the query's customer had bought before.
    """

    all_products: np.ndarray
    unbought: np.ndarray


def recall_by_novelty(ranks: Ranks, repeat: np.ndarray, cutoffs: Sequence[int] = CUTOFFS) -> dict[str, float]:
    """Returns recall by two rules, whole lists or lists without what the customer had bought before.

    * `recall@k`, over all rows, and `repeat_recall@k`, over repeat rows, are of whole lists;
    * `unbought_recall@k`, over all rows, and `novel_recall@k`, over novel rows, are of lists without what
      was bought before. A repeat row cannot be found in them.

    A measure without rows is NaN.

    Args:
        ranks: Of each row's own product.
        repeat: bool [rows].
        cutoffs: Values of k.
    """
    places = {
        "recall": ranks.all_products,
        "repeat_recall": ranks.all_products[repeat],
        "unbought_recall": np.where(repeat, MISS, ranks.unbought),
        "novel_recall": ranks.unbought[~repeat],
    }
    return {
        f"{name}@{k}": float(np.mean(found < k)) if len(found) else float("nan")
        for name, found in places.items()
        for k in cutoffs
    }


def top_lists(
    scores: Callable[[int, int], tf.Tensor], customers: np.ndarray, baskets: Baskets, candidates: int, k: int
) -> Lists:
    """Ranks all candidates for each query, with and without what its customer had bought before.

    Exact; of equal scores the earlier candidate comes first. Holds one block of scores at a time. A query
    with a score that is not a number gets -2 everywhere, which is no candidate.

    Args:
        scores: Of the queries from a first one up to another one, float32 [queries, candidates].
        customers: int64 [queries], whose query it is; -1 for somebody unknown.
        baskets: What customers had bought before.
        candidates: Number of products.
        k: Length of the lists, at most.
    """
    k, block = min(k, candidates), max(_SCORES_A_BLOCK // candidates, 1)
    parts = [(np.zeros([0, k], np.int32), np.zeros([0, k], np.int32))]
    for start in range(0, len(customers), block):
        stop = min(start + block, len(customers))
        rows, products = baskets.of(customers[start:stop])
        bought = tf.constant(np.stack([rows, products], axis=1), tf.int64)
        everything, unbought = _top_of_block(scores(start, stop), bought, k)
        parts.append((everything.numpy(), unbought.numpy()))
    all_products, unbought = (np.concatenate(lists) for lists in zip(*parts, strict=True))
    return Lists(all_products, unbought)


@tf.function(reduce_retracing=True)
def _top_of_block(scores: tf.Tensor, bought: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
    broken = tf.reduce_any(tf.math.is_nan(scores), axis=1, keepdims=True)
    hidden = tf.tensor_scatter_nd_update(scores, bought, tf.fill(tf.shape(bought)[:1], scores.dtype.min))
    everything, unbought = (top_k(values, k)[1] for values in (scores, hidden))
    return tf.where(broken, -2, everything), tf.where(broken, -2, unbought)


def ranks_in_lists(lists: Lists, query: np.ndarray, products: np.ndarray) -> Ranks:
    """Looks each row's product up in the lists of its query.

    Args:
        lists: Of the distinct queries.
        query: int64 [rows], the row's query.
        products: int64 [rows], positions; -1, no candidate, is a miss.
    """
    return Ranks(_places(lists.all_products, query, products), _places(lists.unbought, query, products))


def _places(top: np.ndarray, query: np.ndarray, products: np.ndarray) -> np.ndarray:
    places = np.full(len(products), MISS)
    for start in range(0, len(products), _ROWS_A_CALL):
        rows = slice(start, start + _ROWS_A_CALL)
        hits = top[query[rows]] == products[rows, None]
        places[rows] = np.where(hits.any(axis=1), hits.argmax(axis=1), MISS)
    return places
