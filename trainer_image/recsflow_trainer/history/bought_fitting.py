"""Fits the scores of what customers bought before, while those of all other products stay as they are.

A product that was not bought before then counts as a constant in each customer's softmax, so that a pass goes
through hundreds of products a customer and not through the catalogue.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.history.combination import MEMBERS, Combination
from recsflow_trainer.history.passes import decaying_passes, new_optimizer, ranges
from recsflow_trainer.history.purchase_features import PurchaseFeatures
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.log_sums import log_sums

_CUSTOMERS_A_CALL = 64

# From customers, int64 [customers], to the towers' scores of all products, float32 [customers, products].
TowerScores = Callable[[np.ndarray], tf.Tensor]


class _Fixed(NamedTuple):
    """What does not change while the scores of what was bought are fitted.

    Attributes:
        plain: float32 [pairs], the score of each pair if the customer had not bought the product.
        others: float32 [customers], log of the sum of exp(score) over what each has not bought.
        wanted: float32 [pairs], rows of the window.
        rows: float32 [customers], rows of the window, of other products too.
    """

    plain: np.ndarray
    others: np.ndarray
    wanted: np.ndarray
    rows: np.ndarray


def fit_bought(  # noqa: PLR0913, PLR0917
    combination: Combination,
    features: PurchaseFeatures,
    window: Purchases,
    epochs: int,
    random: np.random.Generator,
    towers: TowerScores | None = None,
) -> None:
    """Moves the weights of what was bought before towards what was bought in the window.

    Args:
        combination: Its other weights are fitted already.
        features: At the beginning of the window.
        window: Purchases in it.
        epochs: Passes over the customers.
        random: Their order.
        towers: What counts beside the rest for a product that was not bought before; None where the towers
            have seen the window.
    """
    fixed = _fixed(combination, features, window, towers)
    variables = combination.bought_variables
    optimizer = new_optimizer(variables)

    @tf.function(reduce_retracing=True)
    def step(pairs: tf.Tensor, owners: tf.Tensor, fixed: _Fixed) -> None:
        with tf.GradientTape() as tape:
            scores = combination.bought_by_member(pairs, fixed.plain)
            sums = _log_sums(scores, owners, fixed.others)
            loss = tf.reduce_sum(fixed.rows[:, None] * sums) - tf.reduce_sum(fixed.wanted[:, None] * scores)
            loss /= tf.reduce_sum(fixed.rows)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    for chosen in decaying_passes(optimizer, np.unique(window.customers), epochs, random):
        owners, pairs = ranges(features.starts[chosen], features.starts[chosen + 1])
        batch = _Fixed(
            plain=tf.constant(fixed.plain[pairs]),
            others=tf.constant(fixed.others[chosen]),
            wanted=tf.constant(fixed.wanted[pairs]),
            rows=tf.constant(fixed.rows[chosen]),
        )
        step(tf.constant(features.pairs[pairs]), tf.constant(owners, tf.int64), batch)


def _log_sums(scores: tf.Tensor, owners: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Returns float32 [customers, MEMBERS]; each member is fitted by itself."""
    cells = tf.reshape(owners[:, None] * MEMBERS + tf.range(MEMBERS, dtype=owners.dtype), [-1])
    sums = log_sums(tf.reshape(scores, [-1]), cells, tf.repeat(others, MEMBERS)[:, None])
    return tf.reshape(sums, [-1, MEMBERS])


def _fixed(
    combination: Combination, features: PurchaseFeatures, window: Purchases, towers: TowerScores | None
) -> _Fixed:
    products, customers = len(features.trends), len(features.starts) - 1
    pair_customer = np.repeat(np.arange(customers), np.diff(features.starts))
    cells = pair_customer * products + features.products
    rows = np.unique(window.customers * products + window.products, return_counts=True)
    places = np.searchsorted(cells, rows[0])
    again = np.append(cells, -1)[places] == rows[0]
    fixed = _Fixed(
        plain=np.zeros(len(cells), np.float32),
        others=np.zeros(customers, np.float32),
        wanted=np.zeros(len(cells), np.float32),
        rows=np.bincount(window.customers, minlength=customers).astype(np.float32),
    )
    fixed.wanted[places[again]] = rows[1][again]
    present = np.unique(window.customers)
    for start in range(0, len(present), _CUSTOMERS_A_CALL):
        chosen = present[start : start + _CUSTOMERS_A_CALL]
        affinities = [table[chosen] for table in features.affinities]
        plain = combination.plain(tf.constant(features.trends), affinities, len(chosen))
        owners, pairs = ranges(features.starts[chosen], features.starts[chosen + 1])
        bought = np.stack([owners, features.products[pairs]], axis=1)
        fixed.plain[pairs] = tf.gather_nd(plain, bought)
        others = plain if towers is None else plain + combination.towers * towers(chosen)
        hidden = tf.tensor_scatter_nd_update(others, bought, tf.fill([len(bought)], others.dtype.min))
        fixed.others[chosen] = tf.reduce_logsumexp(hidden, axis=1)
    return fixed
