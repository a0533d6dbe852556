"""Raw columns as a saved model takes them: one tensor [batch] a column, under the column's own name.

A value that is missing is '' in a text column and `MISSING_NUMBER` in a column of numbers, where NaN is as
good for decimals. The same graph reads it in training and where the model is served.
"""

from collections.abc import Mapping

from recsflow_trainer.features.densify import MISSING_NUMBER
from recsflow_trainer.keras import tf

type RawSpec = Mapping[str, tf.io.FixedLenFeature | tf.io.VarLenFeature]


class RawColumnsServer(tf.Module):
    """What answers raw columns; it tells whoever loads it how to say that a number is missing."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.missing_number = tf.Variable(MISSING_NUMBER, trainable=False, dtype=tf.int64)


def signature_of(spec: RawSpec) -> dict[str, tf.TensorSpec]:
    """Returns what a signature with these columns takes."""
    return {column: tf.TensorSpec([None], feature.dtype, name=column) for column, feature in spec.items()}


def as_traced(columns: Mapping[str, tf.Tensor], spec: RawSpec) -> dict[str, tf.Tensor | tf.SparseTensor]:
    """Returns columns in the shape that TFT's graph was traced with: one value a row, dense or sparse.

    Args:
        columns: Raw column by name, each [batch].
        spec: How the graph's examples held each column.
    """
    return {column: _shaped(columns[column], feature) for column, feature in spec.items()}


def _shaped(
    values: tf.Tensor, feature: tf.io.FixedLenFeature | tf.io.VarLenFeature
) -> tf.Tensor | tf.SparseTensor:
    column = tf.expand_dims(values, 1)
    if isinstance(feature, tf.io.VarLenFeature):
        return _as_sparse(column)
    return tf.reshape(column, [-1, *feature.shape])


def _as_sparse(column: tf.Tensor) -> tf.SparseTensor:
    """Keeps every value, also those like 0 and '' that `tf.sparse.from_dense` takes for missing."""
    rows = tf.shape(column, out_type=tf.int64)[0]
    indices = tf.stack([tf.range(rows), tf.zeros([rows], tf.int64)], axis=1)
    return tf.SparseTensor(indices, tf.reshape(column, [-1]), tf.stack([rows, tf.constant(1, tf.int64)]))
