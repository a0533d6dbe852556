"""How much each sign of the next purchase counts: a small trainable function of them."""

from collections.abc import Sequence

import numpy as np

from recsflow_trainer.history.signals import Signals
from recsflow_trainer.keras import tf

MEMBERS = 4
HIDDEN = 32
_BOUGHT_BEFORE = 3.0  # what a purchase adds to a score at first, where every other one is a repeat


class Combination(tf.Module):
    """Scores a product by its trends and the customer's affinity to its attributes, or by how she bought it.

    What was bought is scored by the mean of several members that begin differently: one of them alone goes
    its own way where customers behave unlike those that it was fitted to, as before a holiday.

    Args:
        signals: What the weights will be fitted with; tells the number of signs and their scales.
        places: For each attribute, int64 [products], the value that each product has.
        seed: Of the initial weights.
    """

    def __init__(self, signals: Signals, places: Sequence[np.ndarray], seed: int) -> None:
        super().__init__(name="combination")
        random, signs = np.random.default_rng(seed), signals.pairs.shape[1] + 1
        trends, attributes = signals.trends.shape[1], len(signals.affinities)
        self.trend = tf.Variable(tf.fill([trends], 1.0 / trends))
        self.affinity = tf.Variable(tf.fill([attributes], 0.2))
        self.linear = tf.Variable(tf.zeros([signs, MEMBERS]))
        self.kernel = tf.Variable(_normal(random, signs, MEMBERS * HIDDEN))
        self.bias = tf.Variable(tf.zeros([MEMBERS * HIDDEN]))
        self.output = tf.Variable(_normal(random, HIDDEN, MEMBERS))
        self.bought_before = tf.Variable(tf.fill([MEMBERS], _BOUGHT_BEFORE + signals.repeat_odds))
        self.towers = tf.Variable(0.0, name="tower_weight")
        self._places = [tf.constant(values) for values in places]
        start = signals.trends.mean(axis=1)[signals.products]
        self._mean = tf.constant(np.append(signals.pairs.mean(axis=0), start.mean()), tf.float32)
        self._std = tf.constant(np.append(signals.pairs.std(axis=0), start.std()) + 1e-6, tf.float32)

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
        for weight, affinity, places in zip(tf.unstack(self.affinity), affinities, self._places, strict=True):
            # Gathered by rows and turned round, and the weight outside: many times faster, backwards as well.
            scores += weight * tf.gather(tf.transpose(affinity), places)
        return tf.transpose(tf.broadcast_to(scores, [tf.shape(trends)[0], customers]))

    def bought(self, pairs: tf.Tensor, plain: tf.Tensor) -> tf.Tensor:
        """Returns float32 [pairs], the scores of products that the customer bought before.

        Args:
            pairs: float32 [pairs, signs].
            plain: float32 [pairs], the score if she had not.
        """
        return tf.reduce_mean(self.bought_by_member(pairs, plain), axis=1)

    def bought_by_member(self, pairs: tf.Tensor, plain: tf.Tensor) -> tf.Tensor:
        """Returns float32 [pairs, MEMBERS]; the arguments are those of `bought`."""
        signs = (tf.concat([pairs, plain[:, None]], axis=1) - self._mean) / self._std
        hidden = tf.reshape(tf.nn.tanh(tf.matmul(signs, self.kernel) + self.bias), [-1, HIDDEN, MEMBERS])
        bent = tf.reduce_sum(hidden * self.output, axis=1)
        return plain[:, None] + self.bought_before + tf.matmul(signs, self.linear) + bent


def _normal(random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return random.normal(0, rows**-0.5, [rows, columns]).astype(np.float32)
