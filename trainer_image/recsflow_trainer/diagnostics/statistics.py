"""Statistics of gradients and weights, in graph mode."""

from collections.abc import Sequence

import numpy as np

from recsflow_trainer.keras import tf
from recsflow_trainer.metrics_file import Histogram, TensorStatistics

BINS = 25
_VALUES_A_STEP = 65_536
_SMALLEST_RANGE = 1e-12


class GradientAccumulator:
    """Sums up the gradients of one tower over the steps of an epoch.

    Variables of its own, not Keras metrics: Keras resets metrics before each validation, and an epoch's
    callback would read zeros. A plain class, so that Keras does not take the variables for weights of the
    model.

    The histogram spans the largest value of the first step to both sides; values beyond it count in the outer
    bins. Of a step with more than 65,536 values it counts some, evenly spaced, since it costs more than all
    other statistics together; those are of every value.
    """

    def __init__(self, name: str) -> None:
        def scalar(label: str) -> tf.Variable:
            return tf.Variable(0.0, trainable=False, dtype=tf.float64, name=f"{name}_gradient_{label}")

        self._steps, self._count = scalar("steps"), scalar("count")
        self._norms, self._sum, self._squares = scalar("norms"), scalar("sum"), scalar("squares")
        self._low, self._high, self._range = scalar("low"), scalar("high"), scalar("range")
        self._bins = tf.Variable(tf.zeros([BINS], tf.int64), trainable=False, name=f"{name}_gradient_bins")

    def add(self, gradients: Sequence[tf.Tensor | tf.IndexedSlices]) -> None:
        """Counts one step's gradients; of an embedding, those of the rows that the step touched."""
        values = tf.concat([tf.reshape(_values(gradient), [-1]) for gradient in gradients], axis=0)
        squares = tf.cast(tf.reduce_sum(tf.square(values)), tf.float64)
        low, high = tf.cast(tf.reduce_min(values), tf.float64), tf.cast(tf.reduce_max(values), tf.float64)
        first = tf.equal(self._steps, 0.0)
        largest = tf.maximum(tf.maximum(-low, high), _SMALLEST_RANGE)
        bound = self._range.assign(
            tf.where(first, tf.where(tf.math.is_finite(largest), largest, 1.0), self._range)
        )
        self._low.assign(tf.where(first, low, tf.minimum(self._low, low)))
        self._high.assign(tf.where(first, high, tf.maximum(self._high, high)))
        self._steps.assign_add(1.0)
        self._count.assign_add(tf.cast(tf.size(values), tf.float64))
        self._norms.assign_add(tf.sqrt(squares))
        self._sum.assign_add(tf.cast(tf.reduce_sum(values), tf.float64))
        self._squares.assign_add(squares)
        edge = tf.cast(bound, values.dtype)
        # A histogram of NaN is an error in TensorFlow; a broken step shows in the norm and is in no bin.
        self._bins.assign_add(
            tf.cond(
                tf.math.is_finite(squares),
                lambda: tf.histogram_fixed_width(_some(values), [-edge, edge], BINS, tf.int64),
                lambda: tf.zeros([BINS], tf.int64),
            )
        )

    @property
    def steps(self) -> int:
        """Steps since the last reset."""
        return int(self._steps.numpy())

    def read(self) -> TensorStatistics:
        """Returns the statistics since the last reset; the norm is the mean over the steps."""
        count, steps = max(float(self._count.numpy()), 1.0), max(self.steps, 1)
        mean = float(self._sum.numpy()) / count
        variance = (
            max(float(self._squares.numpy()) / count - mean * mean, 0.0)
            if np.isfinite(mean)
            else float("nan")
        )
        bound = max(float(self._range.numpy()), _SMALLEST_RANGE)
        return TensorStatistics(
            norm=float(self._norms.numpy()) / steps,
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
        for variable in (
            self._steps,
            self._count,
            self._norms,
            self._sum,
            self._squares,
            self._low,
            self._high,
            self._range,
            self._bins,
        ):
            variable.assign(tf.zeros_like(variable))


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
    wrong. Where a batch looks up about the whole table, the gradient becomes a dense one, which optimizers
    apply faster.
    """
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    table, looked_up = tf.get_static_value(gradient.dense_shape), gradient.values.shape[0]
    if table is not None and looked_up is not None and 2 * looked_up >= table[0]:
        return tf.math.unsorted_segment_sum(gradient.values, gradient.indices, int(table[0]))
    rows, places = tf.unique(gradient.indices)
    merged = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))
    return tf.IndexedSlices(merged, rows, gradient.dense_shape)


def _some(values: tf.Tensor) -> tf.Tensor:
    return values[:: (tf.size(values) - 1) // _VALUES_A_STEP + 1]


def _values(gradient: tf.Tensor | tf.IndexedSlices) -> tf.Tensor:
    return gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
