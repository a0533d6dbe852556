import math

import numpy as np
import pytest

from recsflow_trainer.examples.grouped_rows import LOG_WEIGHT, PRODUCT, QUERY
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.grouped import FullSoftmax, SampledSoftmax

pytestmark = pytest.mark.tensorflow

QUERIES = np.array([[1.0, 0.0], [0.0, 2.0]], np.float32)
PRODUCTS = np.array([[1.0, 1.0], [0.0, 1.0], [2.0, 0.0]], np.float32)
CATALOGUE = {"place": np.arange(3)}
# The first query bought products 0 and 2, the second one product 1 with three times the weight.
FEATURES = {
    "who": tf.constant([0, 1]),
    QUERY: tf.constant([0, 0, 1], tf.int64),
    PRODUCT: tf.constant([0, 2, 1], tf.int64),
    LOG_WEIGHT: tf.math.log([1.0, 1.0, 3.0]),
}


def _of(loss, features=FEATURES):
    return loss(lambda f: tf.gather(QUERIES, f["who"]), lambda f: tf.gather(PRODUCTS, f["place"]), features)


def _by_hand(temperature=1.0):
    # Scores of the first query are 1, 0 and 2, of the second one 2, 2 and 0.
    first = math.log(sum(math.exp(s / temperature) for s in (1, 0, 2)))
    second = math.log(sum(math.exp(s / temperature) for s in (2, 2, 0)))
    return (first - 1 / temperature + first - 2 / temperature + 3 * (second - 2 / temperature)) / 5


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_full_softmax_is_the_weighted_mean_over_all_products(temperature):
    assert float(_of(FullSoftmax(CATALOGUE, temperature))) == pytest.approx(_by_hand(temperature), rel=1e-5)


def test_sampled_softmax_estimates_the_full_one():
    tf.random.set_seed(1)
    loss = SampledSoftmax(CATALOGUE, np.array([3, 5, 2]), 1.0, negatives=20_000)
    assert float(_of(loss)) == pytest.approx(_by_hand(), rel=0.01)


def test_a_sample_of_nothing_but_own_products_leaves_the_exact_sum():
    features = {
        "who": tf.constant([0]),
        QUERY: tf.constant([0, 0, 0], tf.int64),
        PRODUCT: tf.constant([0, 1, 2], tf.int64),
        LOG_WEIGHT: tf.zeros([3]),
    }
    loss = SampledSoftmax(CATALOGUE, np.array([1, 1, 1]), 1.0, negatives=50)
    expected = math.log(math.exp(1) + 1 + math.exp(2)) - 1
    assert float(_of(loss, features)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "loss", [FullSoftmax(CATALOGUE, 1.0), SampledSoftmax(CATALOGUE, np.array([3, 5, 2]), 1.0, 4)]
)
def test_who_knows_nothing_has_ln_of_the_products(loss):
    assert float(loss.uninformed(FEATURES)) == pytest.approx(math.log(3), rel=1e-5)


def test_a_batch_of_rows_too_old_for_a_float_has_the_mean_of_its_proportions():
    # Each weight is the same 2 to the power of -300 times less, which no float32 holds.
    old = {**FEATURES, LOG_WEIGHT: FEATURES[LOG_WEIGHT] - 300 * math.log(2)}
    assert float(_of(FullSoftmax(CATALOGUE, 1.0), old)) == pytest.approx(_by_hand(), rel=1e-4)
