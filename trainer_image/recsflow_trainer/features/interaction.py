"""What a row says beside its features: when it was, and the number that a ranking model learns."""

from collections.abc import Mapping

from recsflow_trainer.features.declaration import RawColumn, column_of
from recsflow_trainer.features.densify import map_values, to_dense, to_sparse
from recsflow_trainer.keras import tf

INTERACTION_DATE = "interaction_date"
INTERACTION_LABEL = "interaction_label"

# Seconds since 1970, UTC.
DATE_SPEC = {INTERACTION_DATE: tf.io.FixedLenFeature([], tf.int64)}
# In the label's own units; NaN where the row has none.
LABEL_SPEC = {INTERACTION_LABEL: tf.io.FixedLenFeature([], tf.float32)}


def transformed_date(inputs: Mapping[str, RawColumn], column: str) -> dict[str, tf.Tensor]:
    """Returns int64 [batch], seconds as they were staged; 0 where missing."""
    seconds = map_values(
        to_sparse(column_of(inputs, column, INTERACTION_DATE)), lambda x: tf.cast(x, tf.int64)
    )
    return {INTERACTION_DATE: to_dense(seconds, 0)}


def transformed_label(inputs: Mapping[str, RawColumn], column: str) -> dict[str, tf.Tensor]:
    """Returns float32 [batch] in the label's own units; NaN where missing."""
    label = map_values(
        to_sparse(column_of(inputs, column, INTERACTION_LABEL)), lambda x: tf.cast(x, tf.float32)
    )
    return {INTERACTION_LABEL: to_dense(label, float("nan"))}
