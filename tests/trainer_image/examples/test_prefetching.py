import pytest

from recsflow_trainer.examples.prefetching import prefetched
from recsflow_trainer.keras import tf

pytestmark = pytest.mark.tensorflow


def test_elements_keep_their_order_although_some_take_longer():
    def slower_if_even(place):
        work = tf.reduce_sum(tf.random.normal([1_000_000 if place % 2 == 0 else 1]))
        return tf.cast(work * 0, tf.int64) + place

    made = prefetched(
        tf.data.Dataset.range(20), lambda place: tf.py_function(slower_if_even, [place], tf.int64)
    )
    assert [int(value) for value in made] == list(range(20))
