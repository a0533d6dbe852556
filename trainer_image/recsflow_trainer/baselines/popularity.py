"""Everybody gets what sells most."""

import numpy as np

from recsflow_trainer.evaluation.novelty import MISS, Ranks, TestRows
from recsflow_trainer.evaluation.purchases import Purchases


def popularity_ranks(seen: Purchases, rows: TestRows, candidates: int) -> Ranks:
    """Ranks products by how often they were bought.

    Args:
        seen: The purchases that are counted.
        rows: The rows that are measured.
        candidates: Number of products.
    """
    return ranks_for_everybody(counts(seen, candidates), rows)


def counts(seen: Purchases, candidates: int) -> np.ndarray:
    """Returns int64 [candidates], how often each product was bought."""
    return np.bincount(seen.products[seen.products >= 0], minlength=candidates)


def ranks_for_everybody(scores: np.ndarray, rows: TestRows) -> Ranks:
    """Ranks the same products for all customers; products that score 0 are not recommended.

    Args:
        scores: [candidates], not negative; of equal ones the earlier comes first.
        rows: The rows that are measured.
    """
    rank_of_product = ranking(scores)
    products = np.maximum(rows.bought.products, 0)
    ranks = rank_of_product[products]
    listed = (rows.bought.products >= 0) & (scores[products] > 0)
    unbought = ranks - rows.baskets.ahead(rows.bought.customers, ranks, rank_of_product)
    return Ranks(np.where(listed, ranks, MISS), np.where(listed, unbought, MISS))


def ranking(scores: np.ndarray) -> np.ndarray:
    """Returns int64 [candidates], each product's rank from 0, the highest score first."""
    rank_of_product = np.empty(len(scores), np.int64)
    rank_of_product[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return rank_of_product
