"""What every customer bought, as the final scores need it."""

from collections.abc import Callable, Sequence

import numpy as np

from recsflow_trainer.history.combination import Combination
from recsflow_trainer.history.purchase_features import PurchaseFeatures
from recsflow_trainer.keras import tf

_CUSTOMERS_A_CALL = 64


class HistoryScorer(tf.Module):
    """Adds to the towers' scores what is known of the customer and the products.

    A product that the customer bought before is scored by that alone; another one by its trends, by her
    affinity to its attributes, and by the towers.

    Args:
        combination: Fitted weights.
        features: At the end of training.
        attributes: For each attribute, int64 [products], the value that each product has.
    """

    def __init__(
        self, combination: Combination, features: PurchaseFeatures, attributes: Sequence[np.ndarray]
    ) -> None:
        super().__init__(name="history_scorer")
        self.tower_weight = tf.Variable(combination.towers, trainable=False)
        self.trend = tf.Variable(combination.of_trends(tf.constant(features.trends)), trainable=False)
        weights = combination.affinity.numpy()
        self.affinities = [
            tf.Variable(weight * table, trainable=False)
            for weight, table in zip(weights, features.affinities, strict=True)
        ]
        # Products alike in all attributes are of one kind; there are far fewer kinds than products.
        stacked = np.stack([np.zeros_like(features.trends[:, 0], np.int64), *attributes])
        kinds, kind = np.unique(stacked, axis=1, return_inverse=True)
        self.kinds = [tf.Variable(values, trainable=False) for values in kinds[1:]]
        self._kinds = kinds.shape[1]
        self.kind_of_product = tf.Variable(kind.reshape(-1), trainable=False)
        self.starts = tf.Variable(features.starts, trainable=False)
        self.products = tf.Variable(features.products, trainable=False)
        self.bought = tf.Variable(tf.zeros([len(features.products)]), trainable=False)
        self._customers = len(features.starts) - 2
        self._score_pairs(combination, features)

    def scores(
        self,
        customers: tf.Tensor,
        queries: tf.Tensor,
        products: tf.Tensor,
        *,
        without_bought: bool | tf.Tensor = False,
    ) -> tf.Tensor:
        """Returns float32 [batch, products], the final scores.

        Args:
            customers: int64 [batch], transformed ids; one out of vocabulary has bought nothing.
            queries: float32 [batch, dim], of the query tower.
            products: float32 [products, dim], of the candidate tower.
            without_bought: Whether what a customer bought before has a score of minus infinity.
        """
        known = tf.minimum(customers, self._customers)
        towers = tf.matmul(products, self.tower_weight * queries, transpose_b=True)
        plain = tf.transpose(towers + self._plain(known))
        rows, pairs = self._pairs(known)
        places = tf.stack([rows, tf.gather(self.products, pairs)], axis=1)
        bought = tf.where(without_bought, -np.inf, tf.gather(self.bought, pairs))
        return tf.tensor_scatter_nd_update(plain, places, bought)

    def on(
        self, customers: np.ndarray, queries: np.ndarray, products: np.ndarray
    ) -> Callable[[int, int], tf.Tensor]:
        """Returns the final scores of some of the queries, from a first one up to another one.

        Args:
            customers: int64 [queries], transformed ids.
            queries: float32 [queries, dim], of the query tower.
            products: float32 [products, dim], of the candidate tower.
        """
        of_products = tf.constant(products)

        def scores(start: int, stop: int) -> tf.Tensor:
            return self.scores(tf.constant(customers[start:stop]), queries[start:stop], of_products)

        return scores

    def _plain(self, customers: tf.Tensor) -> tf.Tensor:
        """Returns float32 [products, customers], since rows are gathered many times faster than columns."""
        of_kinds = tf.zeros([self._kinds, tf.size(customers)])
        for table, values in zip(self.affinities, self.kinds, strict=True):
            of_kinds += tf.gather(tf.transpose(tf.gather(table, customers)), values)
        return tf.gather(of_kinds, self.kind_of_product) + self.trend[:, None]

    def _pairs(self, customers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns which customer each pair belongs to and where it stands, int64 [pairs] each."""
        starts, stops = tf.gather(self.starts, customers), tf.gather(self.starts, customers + 1)
        pairs = tf.ragged.range(starts, stops)
        return tf.cast(pairs.value_rowids(), tf.int64), pairs.flat_values

    def _score_pairs(self, combination: Combination, features: PurchaseFeatures) -> None:
        scores = np.zeros(len(features.products), np.float32)
        for first in range(0, self._customers, _CUSTOMERS_A_CALL):
            customers = tf.range(first, min(first + _CUSTOMERS_A_CALL, self._customers), dtype=tf.int64)
            rows, pairs = self._pairs(customers)
            places = tf.stack([tf.gather(self.products, pairs), rows], axis=1)
            plain = tf.gather_nd(self._plain(customers), places)
            of_pairs = tf.gather(features.pairs, pairs)
            scores[pairs.numpy()] = combination.bought(of_pairs, plain).numpy()
        self.bought.assign(scores)
