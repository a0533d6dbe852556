"""Do different customers get different products?"""

import numpy as np

LENGTH = 10


def list_measures(lists: np.ndarray, popularity: np.ndarray) -> dict[str, float]:
    """Measures the lists of many customers.

    * `list_overlap@10`: the share of products that two customers' lists have in common, mean over all pairs
      of customers; 1 where everybody gets the same;
    * `popular_overlap@10`: the share of a list that is among the most popular products, mean over customers;
    * `coverage@10`: the share of all products that some customer gets;
    * `listed_products@10`: their number.

    Counting products gives the mean over all pairs without forming one: a product that n customers get is
    shared by n (n - 1) / 2 pairs.

    Args:
        lists: int32 [customers, k], positions of products; one list a customer, best first.
        popularity: int64 [products], how often each was bought.
    """
    top = lists[(lists >= 0).all(axis=1)][:, :LENGTH].astype(np.int64)
    customers, length = top.shape
    if not customers or not length:
        return {}
    listed = np.bincount(top.ravel(), minlength=len(popularity))
    pairs = customers * (customers - 1)
    popular = np.zeros(len(popularity), bool)
    popular[np.argsort(-popularity, kind="stable")[:length]] = True
    return {
        f"list_overlap@{LENGTH}": float(np.sum(listed * (listed - 1)) / (pairs * length)) if pairs else 0.0,
        f"popular_overlap@{LENGTH}": float(np.mean(popular[top])),
        f"coverage@{LENGTH}": float(np.mean(listed > 0)),
        f"listed_products@{LENGTH}": float(np.count_nonzero(listed)),
    }
