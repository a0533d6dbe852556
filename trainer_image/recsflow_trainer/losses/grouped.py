"""Softmax losses over rows grouped by who asks: each query once, with all that it bought."""

from collections.abc import Mapping

import numpy as np

from recsflow_trainer.examples.grouped_rows import LOG_WEIGHT, PRODUCT, QUERY
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.log_sums import log_sums
from recsflow_trainer.losses.towers import Features, TowerCall


class FullSoftmax:
    """Tells what a query bought from all products, none left out.

    Args:
        catalogue: Candidate features of all products, [products] or [products, width].
        temperature: Divides the scores.
    """

    def __init__(self, catalogue: Mapping[str, np.ndarray], temperature: float) -> None:
        self._catalogue = {name: tf.constant(values) for name, values in catalogue.items()}
        self._products = len(next(iter(catalogue.values())))
        self._temperature = temperature

    def __call__(self, query: TowerCall, candidate: TowerCall, features: Features) -> tf.Tensor:
        """Returns the mean loss of a batch of grouped rows, each row counted by its weight."""
        products = candidate(self._catalogue)
        scores = tf.matmul(query(features), products, transpose_b=True) / self._temperature
        bought = tf.gather_nd(scores, tf.stack([features[QUERY], features[PRODUCT]], axis=1))
        return mean_loss(bought, tf.reduce_logsumexp(scores, axis=1), features)

    def uninformed(self, features: Features) -> tf.Tensor:
        """Returns ln(products)."""
        return tf.math.log(tf.cast(self._products, tf.float32))


class SampledSoftmax:
    """Tells what a query bought from all products, of which a sample stands for those it did not buy.

    The sum over all products is exact for the query's own ones and estimated for the others: each of those
    drawn counts by the inverse of how often it is expected in the sample. Half of the sample is drawn by
    popularity, half evenly. Cost grows with the sample and not with the catalogue.

    Args:
        catalogue: Candidate features of all products.
        counts: float [products], rows of each product.
        temperature: Divides the scores.
        negatives: Size of the sample, shared by a batch.
    """

    def __init__(
        self, catalogue: Mapping[str, np.ndarray], counts: np.ndarray, temperature: float, negatives: int
    ) -> None:
        self._catalogue = {name: tf.constant(values) for name, values in catalogue.items()}
        self._temperature = temperature
        self._negatives = negatives
        shares = 0.5 * counts / max(counts.sum(), 1) + 0.5 / len(counts)
        self._products = len(counts)
        self._cumulative = tf.constant(np.cumsum(shares / shares.sum()), tf.float32)
        self._log_expected = tf.constant(np.log(shares * negatives), tf.float32)

    def __call__(self, query: TowerCall, candidate: TowerCall, features: Features) -> tf.Tensor:
        """Returns the mean loss of a batch of grouped rows, each row counted by its weight."""
        drawn = tf.searchsorted(self._cumulative, tf.random.uniform([self._negatives]), out_type=tf.int64)
        drawn = tf.minimum(drawn, self._products - 1)
        queries = query(features)
        pairs = tf.shape(features[PRODUCT])[0]
        # A product that several queries bought, or that is drawn as well, is computed once.
        places, column = tf.unique(tf.concat([features[PRODUCT], drawn], axis=0))
        products = candidate({name: tf.gather(values, places) for name, values in self._catalogue.items()})
        scores = tf.matmul(queries, products, transpose_b=True) / self._temperature
        own = tf.stack([tf.cast(features[QUERY], tf.int32), column[:pairs]], axis=1)
        bought = tf.gather_nd(scores, own)
        lowest = tf.fill([pairs], scores.dtype.min)
        others = tf.gather(tf.tensor_scatter_nd_update(scores, own, lowest), column[pairs:], axis=1)
        others -= tf.gather(self._log_expected, drawn)
        return mean_loss(bought, log_sums(bought, features[QUERY], others), features)

    def uninformed(self, features: Features) -> tf.Tensor:
        """Returns ln(products), which the estimate is of."""
        return tf.math.log(tf.cast(self._products, tf.float32))


def mean_loss(bought: tf.Tensor, log_sums: tf.Tensor, features: Features) -> tf.Tensor:
    """Returns the mean cross entropy over the pairs of a batch by their weights, float32 scalar.

    Args:
        bought: float32 [pairs], scores of what was bought.
        log_sums: float32 [queries], log of the sum over all products of exp(score).
        features: The batch, with the query and the log of the weight of each pair.
    """
    # A batch of old rows only is as good as any: what counts is how their weights compare.
    shares = tf.nn.softmax(features[LOG_WEIGHT])
    losses = tf.gather(log_sums, features[QUERY]) - bought
    return tf.reduce_sum(shares * losses)
