"""Statistics of gradients and weights, in graph mode."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from recsflow_trainer.keras import tf
from recsflow_trainer.metrics_file import Histogram, TensorStatistics

BINS = 25
_VALUES_A_STEP = 4_096
_SMALLEST_RANGE = 1e-12
_SMALL_TABLE_ROWS = 512


class GradientAccumulator:
    """Sums up the gradients of one tower over the steps of an epoch.

    Variables of its own, not Keras metrics: Keras resets metrics before each validation, and an epoch's
    callback would read zeros. A plain class, so that Keras does not take the variables for weights of the
    model.

    The histogram spans the largest value of the first step to both sides; values beyond it count in the outer
    bins. Of a gradient with more than 4,096 values it counts some a step, evenly spaced, since it costs more
    than all other statistics together; those are of every value.
    """

    def __init__(self, name: str) -> None:
        def variable(label: str, shape: Sequence[int], dtype: tf.DType) -> tf.Variable:
            return tf.Variable(tf.zeros(shape, dtype), trainable=False, name=f"{name}_gradient_{label}")

        # One variable for all that is added up: a step is a few large operations, not many small ones.
        self._sums = variable("sums", [len(_Sums._fields)], tf.float64)
        self._low, self._high, self._range = (
            variable(label, [], tf.float32) for label in ("low", "high", "range")
        )
        self._bins = variable("bins", [BINS], tf.int64)

    def add(self, gradients: Sequence[tf.Tensor | tf.IndexedSlices]) -> None:
        """Counts one step's gradients; of an embedding, those of the rows that the step touched."""
        parts = _parts(gradients)
        squares = 2.0 * tf.add_n([tf.nn.l2_loss(part) for part in parts])
        low = tf.reduce_min(tf.stack([tf.reduce_min(part) for part in parts]))
        high = tf.reduce_max(tf.stack([tf.reduce_max(part) for part in parts]))
        first = tf.equal(self._sums[0], 0.0)
        largest = tf.maximum(tf.maximum(-low, high), _SMALLEST_RANGE)
        bound = self._range.assign(
            tf.where(first, tf.where(tf.math.is_finite(largest), largest, 1.0), self._range)
        )
        self._low.assign(tf.where(first, low, tf.minimum(self._low, low)))
        self._high.assign(tf.where(first, high, tf.maximum(self._high, high)))
        sums = _Sums(
            steps=tf.constant(1.0, tf.float64),
            count=tf.cast(tf.add_n([tf.size(part) for part in parts]), tf.float64),
            norms=tf.cast(tf.sqrt(squares), tf.float64),
            values=tf.cast(tf.add_n([tf.reduce_sum(part) for part in parts]), tf.float64),
            squares=tf.cast(squares, tf.float64),
        )
        self._sums.assign_add(tf.stack(list(sums)))
        some = tf.concat([_some(part) for part in parts], axis=0)
        # A histogram of NaN is an error in TensorFlow; a broken step shows in the norm and is in no bin.
        self._bins.assign_add(
            tf.cond(
                tf.math.is_finite(squares),
                lambda: tf.histogram_fixed_width(some, [-bound, bound], BINS, tf.int64),
                lambda: tf.zeros([BINS], tf.int64),
            )
        )

    @property
    def steps(self) -> int:
        """Steps since the last reset."""
        return int(self._sums[0].numpy())

    def read(self) -> TensorStatistics:
        """Returns the statistics since the last reset; the norm is the mean over the steps."""
        sums = _Sums(*(float(value) for value in self._sums.numpy()))
        count = max(sums.count, 1.0)
        mean = sums.values / count
        variance = max(sums.squares / count - mean * mean, 0.0) if np.isfinite(mean) else float("nan")
        bound = max(float(self._range.numpy()), _SMALLEST_RANGE)
        return TensorStatistics(
            norm=sums.norms / max(sums.steps, 1.0),
            mean=mean,
            std=variance**0.5,
            min=float(self._low.numpy()),
            max=float(self._high.numpy()),
            histogram=Histogram(
                edges=[float(edge) for edge in np.linspace(-bound, bound, BINS + 1)],
                counts=[int(count) for count in self._bins.numpy()],
            ),
        )

    def reset(self) -> None:
        """Forgets everything; for the start of an epoch."""
        for variable in (self._sums, self._low, self._high, self._range, self._bins):
            variable.assign(tf.zeros_like(variable))


class _Sums(NamedTuple):
    """What the steps of an epoch add up to; steps come first."""

    steps: Any
    count: Any
    norms: Any
    values: Any
    squares: Any


def weight_statistics(weights: Sequence[tf.Variable]) -> TensorStatistics:
    """Returns statistics of all numbers in a tower's weights; the histogram is of those that are finite."""
    values = tf.concat([tf.reshape(tf.cast(weight, tf.float32), [-1]) for weight in weights], axis=0)
    finite = tf.boolean_mask(values, tf.math.is_finite(values))
    finite = finite if len(finite) else tf.zeros([1])
    low, high = float(tf.reduce_min(finite)), float(tf.reduce_max(finite))
    if low == high:
        low, high = low - 0.5, high + 0.5
    return TensorStatistics(
        norm=float(tf.norm(values)),
        mean=float(tf.reduce_mean(values)),
        std=float(tf.math.reduce_std(values)),
        min=float(tf.reduce_min(values)),
        max=float(tf.reduce_max(values)),
        histogram=Histogram(
            edges=[float(edge) for edge in np.linspace(low, high, BINS + 1)],
            counts=[int(count) for count in tf.histogram_fixed_width(finite, [low, high], BINS)],
        ),
    )


def merge_repeated_rows(gradient: tf.Tensor | tf.IndexedSlices) -> tf.Tensor | tf.IndexedSlices:
    """Returns an embedding's gradient with one entry a row, so that its norm is the true one.

    A row looked up n times in a batch comes with n parts; a norm over the parts, and clipping by it, are
    wrong. Of a small table, or where a batch looks up about the whole one, the gradient becomes a dense one,
    which is faster to merge and to apply.
    """
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    table, looked_up = tf.get_static_value(gradient.dense_shape), gradient.values.shape[0]
    if table is not None and _rather_dense(int(table[0]), looked_up):
        return tf.math.unsorted_segment_sum(gradient.values, gradient.indices, int(table[0]))
    rows, places = tf.unique(gradient.indices)
    merged = tf.cond(  # the sum takes a tenth of a small step, and a loss may have looked up each row once
        tf.equal(tf.size(rows), tf.size(gradient.indices)),
        lambda: gradient.values,
        lambda: tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows)),
    )
    return tf.IndexedSlices(merged, rows, gradient.dense_shape)


def _rather_dense(table_rows: int, looked_up: int | None) -> bool:
    return table_rows <= _SMALL_TABLE_ROWS or (looked_up is not None and 2 * looked_up >= table_rows)


def _some(values: tf.Tensor) -> tf.Tensor:
    # Odd, and so not always the same dimensions of an embedding.
    return values[:: tf.bitwise.bitwise_or((tf.size(values) - 1) // _VALUES_A_STEP + 1, 1)]


def _parts(gradients: Sequence[tf.Tensor | tf.IndexedSlices]) -> list[tf.Tensor]:
    """Returns vectors of all values, small gradients as one: these cost by operations, not by size."""
    flat = [tf.reshape(_values(gradient), [-1]) for gradient in gradients]
    small = [part for part in flat if _is_small(part)]
    large = [part for part in flat if not _is_small(part)]
    return [*large, tf.concat(small, axis=0)] if small else large


def _is_small(part: tf.Tensor) -> bool:
    return part.shape[0] is not None and part.shape[0] <= _VALUES_A_STEP


def _values(gradient: tf.Tensor | tf.IndexedSlices) -> tf.Tensor:
    return gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
