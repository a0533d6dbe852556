"""Numbers, scaled by what the training rows hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import tensorflow_transform as tft

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features.declaration import Feature, RawColumn, column_of
from recsflow_trainer.features.densify import map_values, to_dense, to_sparse
from recsflow_trainer.keras import tf, tf_keras


def _zscore(values: tf.SparseTensor) -> tf.SparseTensor:
    return tft.scale_to_z_score(values)


def _log(values: tf.SparseTensor) -> tf.SparseTensor:
    return map_values(values, lambda x: tf.sign(x) * tf.math.log1p(tf.abs(x)))


def _minmax(values: tf.SparseTensor) -> tf.SparseTensor:
    low, high = tft.min(values), tft.max(values)
    return map_values(values, lambda x: tf.math.divide_no_nan(x - low, high - low))


SCALINGS: dict[str, Callable[[tf.SparseTensor], tf.SparseTensor]] = {
    "zscore": _zscore,
    "log": _log,
    "minmax": _minmax,
    "none": lambda values: values,
}


@dataclass(frozen=True)
class Numeric(Feature):
    """A number a row; a missing one becomes 0 after scaling, which is the mean under zscore.

    Attributes:
        column: The column of the rows.
        name: Key of the transformed value; the column when left out.
        scaling: "zscore" (mean 0, deviation 1), "log" (sign(x) * ln(1 + |x|)), "minmax" (training range to
            0..1) or "none". A column that is constant in training is 0 there under zscore and minmax.
    """

    column: str
    name: str = field(default="", kw_only=True)
    scaling: str = field(default="zscore", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.column)
        if self.scaling not in SCALINGS:
            raise DeclarationError(
                f"Numeric({self.column!r}) has scaling {self.scaling!r}; use one of: {', '.join(SCALINGS)}."
            )

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The one column."""
        return (self.column,)

    @property
    def output_dim(self) -> int:
        """One."""
        return 1

    @property
    def spec(self) -> tf.io.FixedLenFeature:
        """One float32 a row."""
        return tf.io.FixedLenFeature([], tf.float32)

    def transform(self, inputs: Mapping[str, RawColumn]) -> dict[str, tf.Tensor]:
        """Returns float32 [batch], finite."""
        values = map_values(
            to_sparse(column_of(inputs, self.column, self.name)), lambda x: tf.cast(x, tf.float32)
        )
        # The scaled value is not finite where training saw no value at all, or where scaling overflows.
        return {self.name: to_dense(to_sparse(SCALINGS[self.scaling](values)), 0.0)}

    def input_layer(self, tft_output: tft.TFTransformOutput) -> tf_keras.layers.Layer:
        """Returns [batch] as [batch, 1]."""
        return tf_keras.layers.Reshape((1,), name=self.slug)
