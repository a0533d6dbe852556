"""Each customer gets what she bought before, and then what sells most."""

import numpy as np

from recsflow_trainer.baselines.popularity import counts, ranking, ranks_for_everybody
from recsflow_trainer.evaluation.novelty import Ranks, TestRows
from recsflow_trainer.evaluation.purchases import Purchases

HALF_LIFE_DAYS = 120
_DAY_S = 86_400


def repeat_purchase_ranks(seen: Purchases, rows: TestRows, candidates: int) -> Ranks:
    """Ranks a customer's own products by her purchases of them, each worth half as much every 120 days.

    Popular products that she had not bought fill the list up; without her own products they are all of it.
    Equal products are in the order of popularity.

    Args:
        seen: The purchases.
        rows: The rows that are measured.
        candidates: Number of products.
    """
    popularity = counts(seen, candidates)
    others = ranks_for_everybody(popularity, rows).unbought
    own_pairs, own_ranks = _own_ranks(seen.known, ranking(popularity), candidates)
    customers, products, again = rows.bought.customers, rows.bought.products, rows.repeat
    filled_up = others.copy()
    listed = others < np.iinfo(np.int64).max
    filled_up[listed] += rows.baskets.sizes(customers)[listed]
    pairs = customers[again] * candidates + products[again]
    filled_up[again] = own_ranks[np.searchsorted(own_pairs, pairs)]
    return Ranks(filled_up, others)


def _own_ranks(
    seen: Purchases, rank_of_product: np.ndarray, candidates: int
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the pairs of customer and product, sorted, and each product's rank among the customer's own."""
    if not len(seen):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    pairs, pair = np.unique(seen.customers * candidates + seen.products, return_inverse=True)
    age_days = (seen.seconds.max() - seen.seconds) / _DAY_S
    worth = np.bincount(pair, 0.5 ** (age_days / HALF_LIFE_DAYS))
    owners, products = np.divmod(pairs, candidates)
    order = np.lexsort((rank_of_product[products], -worth, owners))
    place = np.arange(len(pairs)) - np.searchsorted(owners, owners)
    ranks = np.empty(len(pairs), np.int64)
    ranks[order] = place
    return pairs, ranks
