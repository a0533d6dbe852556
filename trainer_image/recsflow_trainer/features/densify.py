"""Missing values: from whatever TFX hands over to sparse values that exist and back to dense [batch]."""

from collections.abc import Callable
from typing import Final

from recsflow_trainer.features.declaration import RawColumn
from recsflow_trainer.keras import tf

# How a dense column of numbers says that a value is missing, in training as where the model is served. JSON
# has no NaN, and what passes numbers on as doubles (JavaScript, Vertex AI) has no integer further from zero.
MISSING_NUMBER: Final = -(2**53 - 1)


def to_sparse(column: RawColumn) -> tf.SparseTensor:
    """Returns the column as SparseTensor [batch, 1] of the values that are present.

    `MISSING_NUMBER` counts as missing, and so does a decimal that is not finite.
    """
    if isinstance(column, tf.RaggedTensor):
        column = column.to_sparse()
    if not isinstance(column, tf.SparseTensor):
        rows = tf.reshape(column, [-1, 1])
        present = tf.where(_is_present(rows))
        return tf.SparseTensor(present, tf.gather_nd(rows, present), tf.shape(rows, out_type=tf.int64))
    if column.dtype == tf.string:
        return column
    return tf.sparse.retain(column, _is_present(column.values))


def to_dense(column: tf.SparseTensor, default: str | float) -> tf.Tensor:
    """Returns the column as dense [batch] with `default` where a value is missing."""
    shape = tf.stack([column.dense_shape[0], 1])
    one_wide = tf.SparseTensor(column.indices, column.values, shape)
    dense = tf.sparse.to_dense(one_wide, default_value=tf.cast(default, column.dtype))
    return tf.reshape(dense, [-1])


def as_strings(column: RawColumn) -> tf.Tensor:
    """Returns the column as string [batch]; numbers in their decimal form, missing values as ''."""
    sparse = to_sparse(column)
    if sparse.dtype != tf.string:
        sparse = map_values(sparse, tf.strings.as_string)
    return to_dense(sparse, "")


def map_values(column: tf.SparseTensor, function: Callable[[tf.Tensor], tf.Tensor]) -> tf.SparseTensor:
    """Returns the column with `function` applied to the values that are present."""
    return column.with_values(function(column.values))


def _is_present(values: tf.Tensor) -> tf.Tensor:
    if values.dtype == tf.string:
        return tf.ones_like(values, tf.bool)
    said = values != tf.cast(MISSING_NUMBER, values.dtype)
    return said & tf.math.is_finite(values) if values.dtype.is_floating else said
