"""Rows grouped by who asks, so that a query is computed once for all that it bought."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.examples.distinct_rows import distinct_rows
from recsflow_trainer.examples.prefetching import prefetched
from recsflow_trainer.examples.splits import Batches, Split
from recsflow_trainer.features.interaction import INTERACTION_DATE
from recsflow_trainer.keras import tf

_DAY_S = 86_400

# What a batch holds beside the features of its queries; no feature has a dot first, and a node may.
QUERY = ".query"
PRODUCT = ".product"
LOG_WEIGHT = ".log_weight"


@dataclass(frozen=True)
class GroupedRows:
    """Distinct queries, each with the distinct products that were bought by it.

    Attributes:
        queries: Features of each distinct query, [queries] or [queries, width].
        starts: int64 [queries + 1]; a query's pairs are those from its start up to the next one's.
        products: int64 [pairs], positions in the catalogue, ascending within a query.
        log_weights: float32 [pairs], natural log of the sum over the rows of a pair.
        rows: Rows behind the pairs.
    """

    queries: Mapping[str, np.ndarray]
    starts: np.ndarray
    products: np.ndarray
    log_weights: np.ndarray
    rows: int

    def sample(self, queries: int, seed: int) -> "GroupedRows":
        """Returns some of the queries, picked at random, or all where there are no more."""
        total = len(self.starts) - 1
        chosen = np.sort(np.random.default_rng(seed).permutation(total)[:queries])
        sizes = np.diff(self.starts)[chosen]
        places = np.concatenate([np.arange(self.starts[n], self.starts[n + 1]) for n in chosen])
        return GroupedRows(
            queries={name: values[chosen] for name, values in self.queries.items()},
            starts=np.concatenate([[0], np.cumsum(sizes)]),
            products=self.products[places],
            log_weights=self.log_weights[places],
            rows=round(self.rows * len(places) / len(self.products)),
        )

    def batches(self, batch_size: int, *, seed: int, reshuffle: bool) -> Batches:
        """Returns one pass over the queries in random order.

        Args:
            batch_size: Rows a batch, on average: as many queries as have so many rows, at least one.
            seed: Of the order.
            reshuffle: Whether each iteration has an order of its own.
        """
        total = len(self.starts) - 1
        size = min(max(round(batch_size * total / self.rows), 1), total)
        features = {name: tf.constant(values) for name, values in self.queries.items()}
        products, log_weights = (
            tf.RaggedTensor.from_row_splits(values, self.starts)
            for values in (self.products, self.log_weights)
        )

        def shuffled(pass_seed: tf.Tensor) -> tf.data.Dataset:
            order = tf.random.experimental.stateless_shuffle(tf.range(total), seed=[pass_seed, seed])
            return tf.data.Dataset.from_tensor_slices(order).batch(size)

        def gather(chosen: tf.Tensor) -> dict[str, tf.Tensor]:
            bought = tf.gather(products, chosen)
            return {
                **{name: tf.gather(values, chosen) for name, values in features.items()},
                QUERY: bought.value_rowids(),
                PRODUCT: bought.flat_values,
                LOG_WEIGHT: tf.gather(log_weights, chosen).flat_values,
            }

        passes = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=reshuffle).take(1)
        dataset = prefetched(passes.flat_map(shuffled), gather)
        counted = dataset.apply(tf.data.experimental.assert_cardinality(-(-total // size)))
        return Batches(counted, rows=self.rows)


def group_rows(
    split: Split, features: Sequence[str], positions: np.ndarray, log_weights: np.ndarray
) -> GroupedRows:
    """Groups the rows of a split by their query.

    Args:
        split: The rows.
        features: Names of the query tower's features.
        positions: int64 [rows], of each row's product in the catalogue; rows with -1 are left out.
        log_weights: float [rows], natural log of each row's weight.
    """
    kept = positions >= 0
    columns = {name: split.columns[name][kept] for name in features}
    first_rows, query = distinct_rows(columns)
    products = int(positions.max(initial=0)) + 1
    pairs, pair = np.unique(query * products + positions[kept], return_inverse=True)
    return GroupedRows(
        queries={name: values[first_rows] for name, values in columns.items()},
        starts=np.searchsorted(pairs, np.arange(len(first_rows) + 1) * products),
        products=pairs % products,
        log_weights=_log_sums(log_weights[kept], pair, len(pairs)).astype(np.float32),
        rows=int(kept.sum()),
    )


def _log_sums(logs: np.ndarray, places: np.ndarray, size: int) -> np.ndarray:
    """Returns float64 [size], log of the sum of exp(logs) at each place, where exp itself may vanish."""
    largest = np.full(size, -np.inf)
    np.maximum.at(largest, places, logs)
    return largest + np.log(np.bincount(places, np.exp(logs - largest[places]), minlength=size))


def log_recency(split: Split, half_life_days: float | None) -> np.ndarray:
    """Returns float64 [rows], log of a weight: 1 for the newest row, half of it each half-life before.

    All weights are 1 without a half-life. The weight itself leaves float32's range after 150 half-lives.
    """
    if half_life_days is None:
        return np.zeros(split.rows)
    seconds = split.columns[INTERACTION_DATE]
    return -np.log(2) * (seconds.max() - seconds) / (half_life_days * _DAY_S)
