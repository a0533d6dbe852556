"""How much each feature of a purchase history weighs: a small trainable function of them."""

from collections.abc import Sequence

import numpy as np

from recsflow_trainer.history.purchase_features import PurchaseFeatures
from recsflow_trainer.keras import tf

MEMBERS = 4
HIDDEN = 32
_BOUGHT_BEFORE = 3.0  # what a purchase adds to a score at first, where every other one is a repeat


class Combination(tf.Module):
    """Scores a product by its trends and the customer's affinity to its attributes, or by how she bought it.

    What was bought is scored by the mean of several members that begin differently: one of them alone goes
    its own way where customers behave unlike those that it was fitted to, as before a holiday.

    Args:
        features: What the weights will be fitted with; tells how many there are, and their scales.
        attributes: For each attribute, int64 [products], the value that each product has.
        seed: Of the initial weights.
    """

    def __init__(self, features: PurchaseFeatures, attributes: Sequence[np.ndarray], seed: int) -> None:
        super().__init__(name="combination")
        random, width = np.random.default_rng(seed), features.pairs.shape[1] + 1
        trends = features.trends.shape[1]
        self.trend = tf.Variable(tf.fill([trends], 1.0 / trends))
        self.affinity = tf.Variable(tf.fill([len(attributes)], 0.2))
        self.linear = tf.Variable(tf.zeros([width, MEMBERS]))
        self.kernel = tf.Variable(_normal(random, width, MEMBERS * HIDDEN))
        self.bias = tf.Variable(tf.zeros([MEMBERS * HIDDEN]))
        self.output = tf.Variable(_normal(random, HIDDEN, MEMBERS))
        self.bought_before = tf.Variable(tf.fill([MEMBERS], _BOUGHT_BEFORE + features.repeat_odds))
        self.towers = tf.Variable(0.0, name="tower_weight")
        self._attributes = [tf.constant(values) for values in attributes]
        start = features.trends.mean(axis=1)[features.products]
        self._mean = tf.constant(np.append(features.pairs.mean(axis=0), start.mean()), tf.float32)
        self._std = tf.constant(np.append(features.pairs.std(axis=0), start.std()) + 1e-6, tf.float32)

    @property
    def own_variables(self) -> list[tf.Variable]:
        """The weights without the one of the towers."""
        return [variable for variable in self.trainable_variables if variable is not self.towers]

    @property
    def bought_variables(self) -> list[tf.Variable]:
        """The weights of what was bought before."""
        return [self.linear, self.kernel, self.bias, self.output, self.bought_before]

    def of_trends(self, trends: tf.Tensor) -> tf.Tensor:
        """Returns float32 [products]."""
        return tf.linalg.matvec(trends, self.trend)

    def plain(
        self, trends: tf.Tensor, affinities: Sequence[tf.Tensor], customers: int | tf.Tensor
    ) -> tf.Tensor:
        """Returns float32 [customers, products], the scores of products that were not bought before.

        Args:
            trends: float32 [products, trends].
            affinities: For each attribute, float32 [customers, values].
            customers: Number of customers.
        """
        scores = self.of_trends(trends)[:, None]
        for weight, affinity, values in zip(
            tf.unstack(self.affinity), affinities, self._attributes, strict=True
        ):
            # Gathered by rows and turned round, and the weight outside: many times faster, backwards as well.
            scores += weight * tf.gather(tf.transpose(affinity), values)
        return tf.transpose(tf.broadcast_to(scores, [tf.shape(trends)[0], customers]))

    def bought(self, pairs: tf.Tensor, plain: tf.Tensor) -> tf.Tensor:
        """Returns float32 [pairs], the scores of products that the customer bought before.

        Args:
            pairs: float32 [pairs, features].
            plain: float32 [pairs], the score if she had not.
        """
        return tf.reduce_mean(self.bought_by_member(pairs, plain), axis=1)

    def bought_by_member(self, pairs: tf.Tensor, plain: tf.Tensor) -> tf.Tensor:
        """Returns float32 [pairs, MEMBERS]; the arguments are those of `bought`."""
        inputs = (tf.concat([pairs, plain[:, None]], axis=1) - self._mean) / self._std
        hidden = tf.reshape(tf.nn.tanh(tf.matmul(inputs, self.kernel) + self.bias), [-1, HIDDEN, MEMBERS])
        bent = tf.reduce_sum(hidden * self.output, axis=1)
        return plain[:, None] + self.bought_before + tf.matmul(inputs, self.linear) + bent


def _normal(random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return random.normal(0, rows**-0.5, [rows, columns]).astype(np.float32)
