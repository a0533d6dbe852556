"""Joint purchases: which products of a basket are joined, and how strongly."""

from dataclasses import dataclass

import numpy as np

from recsflow_trainer.graphs.baskets.visits import Visits

_PAIRS_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class BasketEdges:
    """The edges of all visits, in the order of visits.

    Attributes:
        visit: int64 [edges].
        source: int64 [edges], an item.
        target: int64 [edges], an item of the same visit.
        weight: float32 [edges], ln(1 + train visits in which both products were bought), the edge's own visit
            not counted.
    """

    visit: np.ndarray
    source: np.ndarray
    target: np.ndarray
    weight: np.ndarray


def basket_edges(visits: Visits, neighbors: int) -> BasketEdges:
    """Joins each product of a visit with those that it is bought with most often.

    Edges run both ways where both products choose each other. A product that is alone in its visit gets an
    edge to itself, of weight 0. Visits are taken some at a time, since their pairs grow with the square of
    their products.

    Args:
        visits: The visits.
        neighbors: Edges into a product, at most; of equal ones, the earlier items are taken.
    """
    joint = _JointPurchases(visits)
    parts = [_strongest(visits, joint, items, neighbors) for items in _chunks(visits.visit)]
    source, target, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    return BasketEdges(
        visit=visits.visit[target],
        source=source,
        target=target,
        weight=np.log1p(weight).astype(np.float32),
    )


class _JointPurchases:
    """The pairs of products in train visits."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        keys = []
        for items in _chunks(visits.visit):
            first, second = _pairs(visits.visit, items)
            trained = visits.trained[first]
            keys.append(self._keys(first[trained], second[trained]))
        self._sorted = np.concatenate(keys)
        self._sorted.sort()

    def count(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Returns the train visits with both products of each pair, other than its own; int64 [pairs]."""
        # Looking up sorted keys is several times faster than looking them up as they come.
        keys, position = np.unique(self._keys(first, second), return_inverse=True)
        counts = np.searchsorted(self._sorted, keys, "right") - np.searchsorted(self._sorted, keys)
        return counts[position] - self._visits.trained[first]

    def _keys(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        one, other = self._visits.product[first], self._visits.product[second]
        return np.minimum(one, other) * self._visits.products + np.maximum(one, other)


def _chunks(visit: np.ndarray) -> list[range]:
    """Returns consecutive items in parts of whole visits, each of at most some million pairs or one visit."""
    counts = np.bincount(visit)
    part = np.cumsum(counts * (counts - 1) // 2) // _PAIRS_AT_ONCE
    ends = np.cumsum(counts)[np.flatnonzero(np.diff(part, append=part[-1] + 1))]
    return [range(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _pairs(visit: np.ndarray, items: range) -> tuple[np.ndarray, np.ndarray]:
    """Returns all pairs of some items that share a visit, the earlier item first; int64 [pairs] each.

    Args:
        visit: int64 [items], sorted.
        items: Consecutive ones, all of their visits.
    """
    here = np.arange(items.start, items.stop)
    after = np.searchsorted(visit, visit[here], side="right") - here - 1
    first = np.repeat(here, after)
    begins = np.repeat(np.cumsum(after) - after, after)
    return first, first + 1 + np.arange(len(first)) - begins


def _strongest(
    visits: Visits, joint: _JointPurchases, items: range, neighbors: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns source, target and joint purchases of the edges among some items, sorted by target."""
    first, second = _pairs(visits.visit, items)
    counts = joint.count(first, second)
    here = np.arange(items.start, items.stop)
    place = visits.visit[here] - visits.visit[items.start]
    alone = here[np.bincount(place)[place] == 1]
    source = np.concatenate([first, second, alone])
    target = np.concatenate([second, first, alone])
    weight = np.concatenate([counts, counts, np.zeros(len(alone), np.int64)])
    order = np.lexsort((source, -weight, target))
    source, target, weight = source[order], target[order], weight[order]
    kept = np.arange(len(target)) - np.searchsorted(target, target) < neighbors
    return source[kept], target[kept], weight[kept]
