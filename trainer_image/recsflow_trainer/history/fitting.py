"""Fits a combination of features to what was bought after them."""

from collections.abc import Sequence

import numpy as np
from absl import logging

from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.history.bought_fitting import TowerScores, fit_bought
from recsflow_trainer.history.combination import Combination
from recsflow_trainer.history.passes import decaying_passes, epochs_of_steps, new_optimizer, ranges
from recsflow_trainer.history.purchase_features import PurchaseFeatures
from recsflow_trainer.keras import tf, tf_keras

_TOGETHER_EPOCHS = 3  # the few weights of what was not bought before settle in as many passes
_TOWER_STEPS = 200  # and the towers' in as many steps, which are more passes where customers are few


class Fitting:
    """The purchases of a window beside what was known when it began.

    Args:
        combination: What is fitted.
        features: At the beginning of the window.
        window: Purchases in it.
        seed: Of the order of customers.
    """

    def __init__(
        self, combination: Combination, features: PurchaseFeatures, window: Purchases, seed: int
    ) -> None:
        self._combination = combination
        self._features = features
        self._trends = tf.constant(features.trends)
        self._window = window.take(np.argsort(window.customers, kind="stable"))
        self._random = np.random.default_rng(seed)

    def all_weights(self, epochs: int, scores: TowerScores) -> None:
        """Fits everything to all customers, none of whose purchases here the towers have seen."""
        combination = self._combination
        customers = np.unique(self._window.customers)
        _warn_of_nobody(customers)
        self._fit(customers, [*combination.own_variables, combination.towers], scores)
        fit_bought(combination, self._features, self._window, epochs, self._random, scores)

    def own_weights(self, epochs: int) -> None:
        """Fits everything but the weight of the towers, to all customers of the window.

        After a few passes over all products, what was bought before has passes of its own.
        """
        self._fit(np.unique(self._window.customers), self._combination.own_variables, None)
        fit_bought(self._combination, self._features, self._window, epochs, self._random)

    def tower_weight(self, customers: np.ndarray, scores: TowerScores) -> None:
        """Fits the weight of the towers, to customers whose purchases of the window they have not seen."""
        present = np.intersect1d(customers, self._window.customers)
        _warn_of_nobody(present)
        self._fit(present, [self._combination.towers], scores)

    def _fit(self, customers: np.ndarray, variables: list[tf.Variable], scores: TowerScores | None) -> None:
        least = 0 if scores is None else epochs_of_steps(_TOWER_STEPS, len(customers))
        epochs = max(_TOGETHER_EPOCHS, least)
        optimizer = new_optimizer(variables)
        step = tf.function(self._step, reduce_retracing=True)
        for chosen in decaying_passes(optimizer, customers, epochs, self._random):
            towers = None if scores is None else scores(chosen)
            rows, pairs = ranges(self._features.starts[chosen], self._features.starts[chosen + 1])
            places = tf.constant(np.stack([rows, self._features.products[pairs]], axis=1), tf.int64)
            affinities = [tf.constant(table[chosen]) for table in self._features.affinities]
            of_pairs = tf.constant(self._features.pairs[pairs])
            count = tf.constant(len(chosen))
            step(optimizer, variables, affinities, count, of_pairs, places, self._bought(chosen), towers)

    def _bought(self, customers: np.ndarray) -> tf.Tensor:
        """Returns int64 [rows, 2], place in `customers` and product of each row of the window."""
        starts, stops = (
            np.searchsorted(self._window.customers, customers, side) for side in ("left", "right")
        )
        rows, places = ranges(starts, stops)
        return tf.constant(np.stack([rows, self._window.products[places]], axis=1), tf.int64)

    def _step(  # noqa: PLR0913, PLR0917
        self,
        optimizer: tf_keras.optimizers.Optimizer,
        variables: list[tf.Variable],
        affinities: Sequence[tf.Tensor],
        customers: tf.Tensor,
        of_pairs: tf.Tensor,
        places: tf.Tensor,
        bought: tf.Tensor,
        towers: tf.Tensor | None,
    ) -> None:
        with tf.GradientTape() as tape:
            plain = self._combination.plain(self._trends, affinities, customers)
            pairs = self._combination.bought(of_pairs, tf.gather_nd(plain, places))
            others = plain if towers is None else plain + self._combination.towers * towers
            scores = tf.tensor_scatter_nd_update(others, places, pairs)
            log_sums = tf.reduce_logsumexp(scores, axis=1)
            loss = tf.reduce_mean(tf.gather(log_sums, bought[:, 0]) - tf.gather_nd(scores, bought))
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))


def _warn_of_nobody(customers: np.ndarray) -> None:
    if not len(customers):
        logging.warning(
            "the towers do not count in the final scores: no known customer has held out purchases that "
            "their weight could be fitted to; give more rows, or more eval rows"
        )
