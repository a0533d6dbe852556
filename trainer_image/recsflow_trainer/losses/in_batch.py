"""A softmax over the products of a batch: the other rows' products are each row's negatives."""

import math
from collections.abc import Mapping

import numpy as np

from recsflow_trainer.keras import tf
from recsflow_trainer.losses.towers import Features, TowerCall


class InBatchSoftmax:
    """Tells each row's own product from the products of the other rows.

    Args:
        product: Name of the product id among the features.
        temperature: Divides the scores.
        product_counts: Rows of each product id among those that batches are drawn from, for the correction of
            popular products, which are negatives more often (Yi et al., RecSys 2019); None leaves the scores
            uncorrected.
        remove_accidental_hits: Whether another row with the same product is no negative.
        catalogue: Candidate features of all products, [products] or [products, width], from which extra
            negatives are drawn, each product as likely as any other.
        extra_negatives: How many of them a batch gets.
    """

    def __init__(  # noqa: PLR0913
        self,
        *,
        product: str,
        temperature: float,
        product_counts: np.ndarray | None,
        remove_accidental_hits: bool,
        catalogue: Mapping[str, np.ndarray] | None = None,
        extra_negatives: int = 0,
    ) -> None:
        self._product = product
        self._temperature = temperature
        self._remove_hits = remove_accidental_hits
        self._log_shares = None if product_counts is None else tf.constant(_log_shares(product_counts))
        self._catalogue = {name: tf.constant(values) for name, values in (catalogue or {}).items()}
        self._extra = extra_negatives
        self._log_evenly = -math.log(len(self._catalogue[product])) if extra_negatives else 0.0

    def __call__(self, query: TowerCall, candidate: TowerCall, features: Features) -> tf.Tensor:
        """Returns the mean loss of a batch, float32 scalar."""
        extra = self._drawn()
        products: Features = {n: tf.concat([features[n], drawn], axis=0) for n, drawn in extra.items()}
        products = products or features
        scores = tf.matmul(query(features), candidate(products), transpose_b=True) / self._temperature
        return self.of_scores(scores, features[self._product], products[self._product])

    def of_scores(self, scores: tf.Tensor, own: tf.Tensor, products: tf.Tensor) -> tf.Tensor:
        """Returns the mean loss of scores.

        The correction subtracts the log of how likely a column was to be its product: by the product's share
        of the rows where it is a row's own, and evenly over the catalogue where it is an extra one. Divided
        by its own probability, each column stands for all products once (importance sampling).

        Args:
            scores: float32 [batch, products], after the temperature.
            own: int64 [batch], product ids of the rows.
            products: int64 [products], ids of the columns; the first ones are those of the rows, in order,
                and all after them extra negatives.
        """
        batch = tf.shape(scores)[0]
        if self._log_shares is not None:
            extra = tf.fill([tf.size(products) - batch], self._log_evenly)
            scores -= tf.concat([tf.gather(self._log_shares, own), extra], axis=0)
        if self._remove_hits:
            same = own[:, None] == products[None, :]
            hits = tf.linalg.set_diag(same, tf.zeros([batch], tf.bool))
            scores = tf.where(hits, scores.dtype.min, scores)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.range(batch), scores)
        return tf.reduce_mean(losses)

    def uninformed(self, features: Features) -> tf.Tensor:
        """Returns the loss if every product had the same score; uncorrected, it is ln(batch size)."""

        def nothing(rows: Features) -> tf.Tensor:
            return tf.zeros([tf.shape(rows[self._product])[0], 1])

        return self(nothing, nothing, features)

    def _drawn(self) -> dict[str, tf.Tensor]:
        if not self._extra:
            return {}
        places = tf.random.uniform([self._extra], 0, len(self._catalogue[self._product]), tf.int64)
        return {name: tf.gather(values, places) for name, values in self._catalogue.items()}


def _log_shares(counts: np.ndarray) -> np.ndarray:
    """Each product's share of the training rows as a log; one that has none counts as having one."""
    return np.log(np.maximum(counts, 1) / max(counts.sum(), 1)).astype(np.float32)
