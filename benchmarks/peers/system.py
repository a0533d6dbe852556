"""What a peer must be able to do, and how good its lists are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from scipy import sparse

from benchmarks.peers.rows import Rows

LONGEST = 100
_CUSTOMERS_A_BLOCK = 128


class System(Protocol):
    """A recommender."""

    def fit(self, rows: Rows) -> int:
        """Learns from the training rows; returns how many examples it went through."""
        ...

    def top(self, customers: np.ndarray, *, novel: bool) -> np.ndarray:
        """Returns int [customers, 100], each customer's products, best first; -1 is none.

        Args:
            customers: int32 [customers], none of them -1.
            novel: Whether what the customer has bought is left out.
        """
        ...


def measure(system: System, rows: Rows) -> dict[str, float]:
    """Returns recall over all test rows, and over the rows of products that their customer never bought.

    A row is a hit when its product is among the first k; for novel recall the bought products are taken out
    of the list first. A customer or product without training rows is a miss.
    """
    test = rows.test
    customers, row = np.unique(test.customers, return_inverse=True)
    known = customers >= 0
    novel = ~_bought(rows)
    lists = {name: np.full([len(customers), LONGEST], -2) for name in ("all", "novel")}
    for name, ranked in lists.items():
        ranked[known] = system.top(customers[known], novel=name == "novel")
    hits = {name: ranked[row] == test.products[:, None] for name, ranked in lists.items()}
    return {
        "recall@10": float(hits["all"][:, :10].any(axis=1).mean()),
        "recall@100": float(hits["all"].any(axis=1).mean()),
        "repeat_recall@100": float(hits["all"][~novel].any(axis=1).mean()),
        "novel_recall@100": float(hits["novel"][novel].any(axis=1).mean()),
        "test_rows": len(test.products),
        "repeat_rows": float(np.mean(~novel)),
        "candidates": rows.products,
    }


def best(
    scores_of: Callable[[np.ndarray], np.ndarray], customers: np.ndarray, hidden: sparse.csr_matrix | None
) -> np.ndarray:
    """Returns int [customers, 100], the products with the highest scores; of equal ones the lower number.

    Args:
        scores_of: From customers to float32 [customers, products].
        customers: int32 [customers].
        hidden: [all customers, products], not zero where a product is left out of a customer's list.
    """
    lists = []
    for start in range(0, len(customers), _CUSTOMERS_A_BLOCK):
        block = customers[start : start + _CUSTOMERS_A_BLOCK]
        scores = np.array(scores_of(block), np.float32)
        if hidden is not None:
            place = hidden[block].tocoo()
            scores[place.row, place.col] = -np.inf
        lists.append(_first(scores))
    return np.concatenate(lists)


def _first(scores: np.ndarray) -> np.ndarray:
    import tensorflow as tf

    return tf.math.top_k(scores, min(LONGEST, scores.shape[1])).indices.numpy()


def _bought(rows: Rows) -> np.ndarray:
    """Returns bool [test rows], whether the customer has a training row of the product."""

    def pairs(customers: np.ndarray, products: np.ndarray) -> np.ndarray:
        return customers.astype(np.int64) * rows.products + products

    test = rows.test
    known = (test.customers >= 0) & (test.products >= 0)
    bought = np.isin(pairs(test.customers, test.products), pairs(rows.train.customers, rows.train.products))
    return known & bought
