import numpy as np
import pytest

from recsflow_trainer.keras import tf
from recsflow_trainer.losses.log_sums import log_sums

pytestmark = pytest.mark.tensorflow

SCORES = tf.constant([1.0, 2.0, 0.5])
OWNERS = tf.constant([0, 2, 0], tf.int64)  # customer 1 has none in the list
OTHERS = tf.constant([[0.0, 1.0], [3.0, 0.0], [-1.0, 0.0]])
EACH = [[1, 0.5, 0, 1], [3, 0], [2, -1, 0]]


@pytest.mark.parametrize("shift", [0.0, 1000.0, -1000.0])
def test_sums_go_over_both_and_large_scores_do_not_overflow(shift):
    expected = [np.log(np.sum(np.exp(scores))) + shift for scores in EACH]
    assert log_sums(SCORES + shift, OWNERS, OTHERS + shift).numpy() == pytest.approx(expected, rel=1e-5)


def test_the_gradient_is_the_softmax():
    with tf.GradientTape() as tape:
        tape.watch(SCORES)
        total = tf.reduce_sum(log_sums(SCORES, OWNERS, OTHERS))
    softmax = [np.exp(scores) / np.sum(np.exp(scores)) for scores in EACH]
    expected = [softmax[0][0], softmax[2][0], softmax[0][1]]
    assert tape.gradient(total, SCORES).numpy() == pytest.approx(expected, rel=1e-5)
