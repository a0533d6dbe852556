"""Features that predict the next purchases, from what was bought up to one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from recsflow_trainer.evaluation.purchases import Purchases

PAIR_HALF_LIVES_DAYS = (10, 30, 90, 270)
TREND_HALF_LIVES_DAYS = (7, 28, 90, 365)
NEW_BUYERS_HALF_LIVES_DAYS = (14, 60, 365)
_AFFINITY_HALF_LIFE_DAYS = 365
_AFFINITY_PRIOR_ROWS = 100
_LIKE_HALF_LIFE_DAYS = 90
_LOYAL_DAYS = 2
_GAP_PRIOR_ROWS, _GAP_PRIOR_LOG_DAYS = 5, 3.0
_DAY_S = 86_400


@dataclass(frozen=True)
class PurchaseFeatures:
    """What is known of customers, products and what they have to do with each other.

    Attributes:
        trends: float32 [products, trends], logs of how much and to how many new buyers each product sold.
        affinities: For each attribute of products, float32 [customers + 1, values]: log of the customer's
            share of purchases with that value over everybody's share. The last row, for a customer without
            purchases, is 0.
        starts: int64 [customers + 2]; a customer's pairs are those from her start up to the next one's.
        products: int64 [pairs], what was bought, ascending within a customer.
        pairs: float32 [pairs, features], how often, how lately and how regularly, the product itself and what
            is like it.
        repeat_odds: Log of the purchases of what a customer had bought on an earlier day, over all others.
    """

    trends: np.ndarray
    affinities: Sequence[np.ndarray]
    starts: np.ndarray
    products: np.ndarray
    pairs: np.ndarray
    repeat_odds: float


def features_at(
    now: int, bought: Purchases, customers: int, attributes: Sequence[np.ndarray], products: int
) -> PurchaseFeatures:
    """Computes the features from the purchases before a moment.

    Args:
        now: Seconds since 1970.
        bought: Purchases; those from `now` on, and those of unknown customers or products, do not count.
        customers: Number of customers.
        attributes: For each attribute, int64 [products], the value that each product has.
        products: Number of products.
    """
    known = bought.take(bought.seconds < now).known
    age = (now - known.seconds) / _DAY_S
    pairs, pair = np.unique(known.customers * products + known.products, return_inverse=True)
    pair_customer, pair_product = np.divmod(pairs, products)
    first, last = np.zeros(len(pairs)), np.full(len(pairs), np.inf)
    np.maximum.at(first, pair, age)
    np.minimum.at(last, pair, age)
    trends = _trends(known.products, age, pair_product, first, products)
    of_pairs = _pair_features(pair, age, first, last, pair_customer, pair_product)
    activity = [np.log(_decayed(known.customers, age, h, customers) + 0.01) for h in PAIR_HALF_LIVES_DAYS]
    like_it = (_like_it(known, age, values, pair_customer, pair_product) for values in attributes)
    of_customers = (values[pair_customer] for values in activity)
    columns = [*of_pairs, *map(np.float32, chain(like_it, of_customers)), *trends.T[:, pair_product]]
    return PurchaseFeatures(
        trends=trends,
        affinities=[_affinity(known, age, values, customers) for values in attributes],
        starts=np.searchsorted(pairs, np.arange(customers + 2) * products),
        products=pair_product,
        pairs=np.stack(columns, axis=1, dtype=np.float32, casting="same_kind"),
        repeat_odds=_repeat_odds(pair, age, len(pairs)),
    )


def _trends(
    rows: np.ndarray, age: np.ndarray, pair_product: np.ndarray, first: np.ndarray, products: int
) -> np.ndarray:
    sold = [_decayed(rows, age, h, products) for h in TREND_HALF_LIVES_DAYS]
    new_buyers = [_decayed(pair_product, first, h, products) for h in NEW_BUYERS_HALF_LIVES_DAYS]
    return np.log(np.stack([*sold, *new_buyers], axis=1) + 0.05).astype(np.float32)


def _pair_features(  # noqa: PLR0913, PLR0917
    pair: np.ndarray,
    age: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    customer: np.ndarray,
    product: np.ndarray,
) -> list[np.ndarray]:
    """Returns [pairs] each: decayed counts, the last time, days of purchase, the habits of both."""
    count = len(first)
    decayed = [np.log(_decayed(pair, age, h, count) + 0.001) for h in PAIR_HALF_LIVES_DAYS]
    pair_of_day, day = _days_of_purchase(pair, age)
    days = np.bincount(pair_of_day, minlength=count)
    buyers = np.bincount(product)
    again = np.bincount(product, days > 1)
    share_again = (again + 2 * (again.sum() + 1) / (count + 2)) / (buyers + 2)
    days_a_buyer = np.maximum(np.bincount(product, days) / np.maximum(buyers, 1), 1)
    loyal = (np.bincount(product, days > _LOYAL_DAYS) + 0.2) / (buyers + 2)
    gap = (first - last) / np.maximum(days - 1, 1)
    overdue = np.where(days > 1, np.log((last + 1) / (gap + 1)), 0.0)
    typical_gap = _typical_gap(pair_of_day, day, product, len(buyers))[product]
    odds = np.log(share_again / (1 - share_again))
    return [
        *decayed,
        np.log(last + 0.5),
        np.log(days),
        odds[product],
        np.log(days_a_buyer)[product],
        loyal[product],
        overdue,
        typical_gap,
        np.log(np.floor(last) + 1) - typical_gap,
        (days > 1).astype(np.float64),
        (np.bincount(customer, days > 1) / np.maximum(np.bincount(customer), 1))[customer],
    ]


def _repeat_odds(pair: np.ndarray, age: np.ndarray, pairs: int) -> float:
    days = len(_days_of_purchase(pair, age)[0])
    return float(np.log((days - pairs + 1) / (pairs + 1)))


def _days_of_purchase(pair: np.ndarray, age: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the pair and the age in whole days, int64 [days of purchase] each, ascending."""
    oldest = int(age.max(initial=0)) + 1
    pairs, days = np.divmod(np.unique(pair * oldest + age.astype(np.int64)), oldest)
    return pairs, days


def _typical_gap(pair: np.ndarray, day: np.ndarray, product: np.ndarray, products: int) -> np.ndarray:
    """Returns float64 [products], mean log of the days between two purchases by the same customer.

    Args:
        pair: int64 [days of purchase], ascending.
        day: int64 [days of purchase], ascending within a pair.
        product: int64 [pairs].
        products: Number of products; one that nobody bought twice has the gap of the prior.
    """
    same = pair[1:] == pair[:-1]
    of, gaps = product[pair[1:][same]], np.log(np.diff(day)[same])
    prior = _GAP_PRIOR_ROWS * _GAP_PRIOR_LOG_DAYS
    return (np.bincount(of, gaps, products) + prior) / (np.bincount(of, minlength=products) + _GAP_PRIOR_ROWS)


def _like_it(
    known: Purchases, age: np.ndarray, values: np.ndarray, customer: np.ndarray, product: np.ndarray
) -> np.ndarray:
    """Returns float64 [pairs], log of the customer's recent purchases with the product's own value."""
    width = int(values.max(initial=0)) + 1
    rows, pairs = known.customers * width + values[known.products], customer * width + values[product]
    return np.log(_decayed(rows, age, _LIKE_HALF_LIFE_DAYS, int(rows.max(initial=-1)) + 1)[pairs] + 0.01)


def _affinity(known: Purchases, age: np.ndarray, values: np.ndarray, customers: int) -> np.ndarray:
    width = int(values.max(initial=0)) + 1
    cells = known.customers * width + values[known.products]
    rows = _decayed(cells, age, _AFFINITY_HALF_LIFE_DAYS, (customers + 1) * width).reshape(-1, width)
    share = (rows.sum(axis=0) + 1e-6) / (rows.sum() + 1e-6 * width)
    total = rows.sum(axis=1, keepdims=True)
    smoothed = (rows + _AFFINITY_PRIOR_ROWS * share) / (total + _AFFINITY_PRIOR_ROWS)
    return np.log(smoothed / share).astype(np.float32)


def _decayed(places: np.ndarray, age_days: np.ndarray, half_life_days: float, size: int) -> np.ndarray:
    return np.bincount(places, 0.5 ** (age_days / half_life_days), minlength=size)
