"""Purchases in a few lines, for tests."""

import numpy as np

from recsflow_trainer.evaluation.novelty import TestRows
from recsflow_trainer.evaluation.purchases import Purchases

DAY = 86_400


def bought(*rows: tuple[int, int, float]) -> Purchases:
    """Rows of customer, product and day."""
    customers, products, days = zip(*rows, strict=True)
    return Purchases(np.array(customers), np.array(products), (np.array(days) * DAY).astype(np.int64))


def rows_of(seen: Purchases, candidates: int, *pairs: tuple[int, int]) -> TestRows:
    """Test rows of customer and product, a hundred days later."""
    return TestRows.of(seen, bought(*((*pair, 1_000) for pair in pairs)), candidates)
