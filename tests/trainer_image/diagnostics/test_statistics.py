import math

import numpy as np
import pytest

from recsflow_trainer.diagnostics.statistics import (
    GradientAccumulator,
    merge_repeated_rows,
    weight_statistics,
)
from recsflow_trainer.keras import tf

pytestmark = pytest.mark.tensorflow


def _accumulated(*steps) -> GradientAccumulator:
    accumulator = GradientAccumulator("query")
    add = tf.function(accumulator.add)
    for step in steps:
        add([tf.constant(values, tf.float32) for values in step])
    return accumulator


def test_sums_up_the_steps_of_an_epoch():
    statistics = _accumulated([[3.0], [4.0]], [[-6.0], [8.0]]).read()
    assert statistics.norm == pytest.approx((5 + 10) / 2)
    assert statistics.mean == pytest.approx(9 / 4)
    assert statistics.std == pytest.approx(np.std([3, 4, -6, 8]))
    assert (statistics.min, statistics.max) == (-6, 8)


def test_histogram_spans_the_first_step_and_keeps_what_lies_beyond():
    histogram = _accumulated([[-5.0, 0.0, 5.0]], [[9.0, -9.0, 0.1]]).read().histogram
    assert len(histogram.edges) == 26
    assert (histogram.edges[0], histogram.edges[-1]) == (-5, 5)
    assert [histogram.counts[0], histogram.counts[12], histogram.counts[24]] == [2, 2, 2]
    assert sum(histogram.counts) == 6


def test_histogram_of_a_large_step_counts_evenly_spaced_values():
    # Of 200,000 values every forty-ninth counts: 4,082, half of them in each outer bin.
    values = np.tile([-1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0], 25_000)
    statistics = _accumulated([values]).read()
    assert [statistics.histogram.counts[0], statistics.histogram.counts[24]] == [2_042, 2_040]
    assert statistics.norm == pytest.approx(200_000**0.5)


def test_sampled_values_are_of_all_dimensions_of_an_embedding():
    # 1,024 rows of 8 numbers, each dimension with a value of its own: every dimension is in the histogram.
    counts = _accumulated([np.tile(np.arange(-4.0, 4.0), [1_024, 1])]).read().histogram.counts
    assert sum(count > 0 for count in counts) == 8


def test_small_gradients_count_as_they_are():
    together = _accumulated([[3.0, -2.0], [[4.0], [1.0]], np.tile([1.0, -1.0], 4_000)]).read()
    values = np.concatenate([[3, -2, 4, 1], np.tile([1.0, -1.0], 4_000)])
    assert together.norm == pytest.approx(np.linalg.norm(values), rel=1e-5)
    assert (together.mean, together.std) == pytest.approx((values.mean(), values.std()), rel=1e-4)
    assert (together.min, together.max) == (-2, 4)


def test_reset_forgets_everything():
    accumulator = _accumulated([[3.0]])
    accumulator.reset()
    accumulator.add([tf.constant([-1.0])])
    statistics = accumulator.read()
    assert accumulator.steps == 1
    assert (statistics.norm, statistics.min, statistics.max, statistics.histogram.edges[-1]) == (1, -1, -1, 1)


def test_nan_shows_and_does_not_crash():
    statistics = _accumulated([[1.0, 2.0]], [[math.nan, math.inf]]).read()
    assert math.isnan(statistics.norm)
    assert math.isnan(statistics.mean)
    assert math.isnan(statistics.std)


def test_nothing_counted_reads_as_zeros():
    statistics = GradientAccumulator("query").read()
    assert (statistics.norm, statistics.std, sum(statistics.histogram.counts)) == (0, 0, 0)


def test_rows_looked_up_twice_become_one_gradient():
    slices = tf.IndexedSlices(
        tf.constant([[1.0, 0.0], [5.0, 5.0], [2.0, 4.0]]), tf.constant([7, 3, 7]), [10_000, 2]
    )
    merged = merge_repeated_rows(slices)
    assert dict(zip(merged.indices.numpy().tolist(), merged.values.numpy().tolist(), strict=True)) == {
        7: [3, 4],
        3: [5, 5],
    }
    assert tf.norm(merged.values) == tf.norm(tf.convert_to_tensor(slices))


def test_rows_looked_up_once_each_are_left_as_they_are():
    slices = tf.IndexedSlices(tf.constant([[1.0], [5.0]]), tf.constant([7, 3]), [1_000, 1])
    merged = merge_repeated_rows(slices)
    assert merged.indices.numpy().tolist() == [7, 3]
    np.testing.assert_array_equal(merged.values, [[1], [5]])


def test_the_gradient_of_a_small_table_becomes_dense():
    slices = tf.IndexedSlices(tf.constant([[1.0], [5.0], [2.0]]), tf.constant([2, 0, 2]), [4, 1])
    merged = merge_repeated_rows(slices)
    np.testing.assert_array_equal(merged, [[5], [0], [3], [0]])
    assert merge_repeated_rows(merged) is merged


def test_weight_statistics_worked_out_by_hand():
    statistics = weight_statistics([tf.Variable([[1.0, -1.0]]), tf.Variable([3.0, 5.0])])
    assert statistics.norm == pytest.approx(6.0)
    assert statistics.mean == pytest.approx(2.0)
    assert statistics.std == pytest.approx(math.sqrt(5))
    assert (statistics.min, statistics.max) == (-1, 5)
    assert (statistics.histogram.counts[0], statistics.histogram.counts[-1]) == (1, 1)
    assert sum(statistics.histogram.counts) == 4


@pytest.mark.parametrize("values", [[2.0, 2.0], [math.nan, 1.0], [math.nan]])
def test_weights_that_are_constant_or_not_finite_have_a_histogram(values):
    histogram = weight_statistics([tf.Variable(values)]).histogram
    assert len(histogram.counts) == 25
    assert np.isfinite(histogram.edges).all()
