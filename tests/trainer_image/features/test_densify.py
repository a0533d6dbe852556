import math

import pytest

from recsflow_trainer.features.densify import MISSING_NUMBER, as_strings, to_dense, to_sparse
from recsflow_trainer.keras import tf

pytestmark = pytest.mark.tensorflow


def sparse(values, rows, count):
    """One value in each of `rows`, of `count` rows."""
    return tf.SparseTensor([[row, 0] for row in rows], values, [count, 1])


@pytest.mark.parametrize(
    "column",
    [
        sparse([1.5, 2.5], [0, 2], 3),
        tf.ragged.constant([[1.5], [], [2.5]]),
        tf.constant([[1.5], [math.nan], [2.5]]),
        tf.constant([1.5, math.inf, 2.5]),
        sparse([1.5, math.nan, 2.5], [0, 1, 2], 3),
        tf.constant([1.5, MISSING_NUMBER, 2.5]),
    ],
    ids=["sparse", "ragged", "dense nan", "dense infinity", "sparse nan", "said to be missing"],
)
def test_missing_numbers_become_the_default(column):
    assert to_dense(to_sparse(column), 7.0).numpy().tolist() == [1.5, 7.0, 2.5]


def test_a_batch_without_any_value_keeps_its_rows():
    column = tf.SparseTensor(tf.zeros([0, 2], tf.int64), tf.zeros([0]), [4, 0])
    assert to_dense(to_sparse(column), 0.0).numpy().tolist() == [0.0] * 4


def test_an_empty_batch_stays_empty():
    assert to_dense(to_sparse(tf.zeros([0, 1])), 0.0).shape == [0]


def test_integers_become_their_decimal_text_and_missing_ones_none():
    column = tf.SparseTensor([[0, 0], [2, 0]], tf.constant([-3, 12_345_678_901], tf.int64), [3, 1])
    assert as_strings(column).numpy().tolist() == [b"-3", b"", b"12345678901"]


def test_a_whole_number_that_is_said_to_be_missing_is_none_in_whatever_form_it_comes():
    values = tf.constant([0, MISSING_NUMBER, -1], tf.int64)
    for column in (values, values[:, None], sparse(values, [0, 1, 2], 3)):
        assert to_dense(to_sparse(column), 7).numpy().tolist() == [0, 7, -1]
        assert as_strings(column).numpy().tolist() == [b"0", b"", b"-1"]


def test_the_extremes_of_integers_are_values():
    values = tf.constant([tf.int64.min, tf.int64.max, -(2**53), 2**53 - 1], tf.int64)
    assert as_strings(values).numpy().tolist() == [str(n).encode() for n in values.numpy()]


def test_zero_and_the_empty_text_are_values():
    assert as_strings(tf.constant([[0], [1]], tf.int64)).numpy().tolist() == [b"0", b"1"]
    assert as_strings(tf.constant([[""], ["a"]])).numpy().tolist() == [b"", b"a"]


def test_static_rank_is_known_in_a_graph():
    spec = tf.SparseTensorSpec([None, None], tf.float32)
    traced = tf.function(lambda column: to_dense(to_sparse(column), 0.0)).get_concrete_function(spec)
    assert traced.output_shapes.as_list() == [None]
