import numpy as np
import pytest

from recsflow_trainer.keras import tf
from recsflow_trainer.top_k import top_k

pytestmark = pytest.mark.tensorflow


def _best(row, k):
    return sorted(range(len(row)), key=lambda place: (-row[place], place))[:k]


@pytest.mark.parametrize("columns", [1, 63, 64, 65, 1_000])
@pytest.mark.parametrize("distinct", [2, 7, 1_000_000])
def test_best_first_and_of_equal_ones_the_earlier(columns, distinct):
    scores = np.random.default_rng(columns).integers(-distinct, 0, size=[5, columns]).astype(np.float32)
    for k in {1, min(3, columns), min(40, columns), columns}:
        values, places = top_k(tf.constant(scores), k)
        assert places.numpy().tolist() == [_best(row, k) for row in scores]
        assert values.numpy().tolist() == [[row[place] for place in _best(row, k)] for row in scores]


def test_hidden_columns_come_last_and_none_is_made_up():
    scores = np.full([1, 130], -np.inf, np.float32)
    scores[0, [7, 100]] = [1.0, 2.0]
    assert top_k(tf.constant(scores), 4)[1].numpy().tolist() == [[100, 7, 0, 1]]


def test_k_and_shape_may_be_known_only_when_it_runs():
    find = tf.function(
        top_k, input_signature=[tf.TensorSpec([None, None], tf.float32), tf.TensorSpec([], tf.int32)]
    )
    assert find(tf.constant([[3.0, 9.0, 5.0]]), 2)[1].numpy().tolist() == [[1, 2]]
    assert find(tf.zeros([0, 3]), 2)[1].shape == [0, 2]
