"""A number of each product's own, on top of the towers' dot product."""

from collections.abc import Mapping

import numpy as np

from recsflow_trainer.declared_model import DeclaredModel
from recsflow_trainer.keras import tf, tf_keras


class BiasedCandidate(DeclaredModel):
    """A product's embedding with its bias as one more number, which a `UnitQuery` adds to each score.

    Args:
        tower: From features to float32 [batch, dim].
        product: Name of the product id among the features.
        initial: float32 [ids], where each bias starts.
    """

    def __init__(self, tower: tf_keras.Model, product: str, initial: np.ndarray) -> None:
        super().__init__(name=tower.name)
        self.tower = tower
        self.bias = self.add_weight(
            name="product_bias", shape=initial.shape, initializer=tf_keras.initializers.Constant(initial)
        )
        self._product = product

    def call(self, features: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns float32 [batch, dim + 1]."""
        bias = tf.gather(self.bias, features[self._product])
        return tf.concat([self.tower(features, training=training), bias[:, None]], axis=1)


class UnitQuery(DeclaredModel):
    """A query's embedding with a 1 at the place of the product's bias.

    Args:
        tower: From features to float32 [batch, dim].
    """

    def __init__(self, tower: tf_keras.Model) -> None:
        super().__init__(name=tower.name)
        self.tower = tower

    def call(self, features: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns float32 [batch, dim + 1]."""
        embedding = self.tower(features, training=training)
        return tf.concat([embedding, tf.ones_like(embedding[:, :1])], axis=1)


def log_popularity(counts: np.ndarray) -> np.ndarray:
    """Returns float32 [products], the log of each product's share of the rows, smoothed by a thousandth.

    Args:
        counts: float [products], rows, or their weights, of each.
    """
    shares = counts / max(counts.sum(), 1e-9)
    return np.log(0.999 * shares + 0.001 / len(counts)).astype(np.float32)
