"""Time of day, week, month and year as a point on a circle, so that December is next to January."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import tensorflow_transform as tft

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features import calendar
from recsflow_trainer.features.declaration import Feature, RawColumn, column_of
from recsflow_trainer.features.densify import map_values, to_dense, to_sparse
from recsflow_trainer.keras import tf, tf_keras

# Period name: its function, counted from 0, and its length in the same unit.
PERIODS = {
    "hour_of_day": (calendar.hour_of_day, 24),
    "day_of_week": (calendar.day_of_week, 7),
    "day_of_month": (calendar.day_of_month, 31),
    "month_of_year": (calendar.month_of_year, 12),
}


@dataclass(frozen=True)
class Cyclical(Feature):
    """The sine and cosine of a calendar position in UTC; a missing time is (0, 0), the centre of the circle.

    Attributes:
        column: A column of integer seconds since 1970.
        period: "hour_of_day", "day_of_week" (Monday first), "day_of_month" or "month_of_year"; the
            first hour, day or month is at angle 0.
        name: Key of the transformed value; the column and the period joined by "_" when left out.
    """

    column: str
    period: str = field(kw_only=True)
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or f"{self.column}_{self.period}")
        if self.period not in PERIODS:
            raise DeclarationError(
                f"Cyclical({self.column!r}) has period {self.period!r}; use one of: {', '.join(PERIODS)}."
            )

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The one column."""
        return (self.column,)

    @property
    def output_dim(self) -> int:
        """Two: sine and cosine."""
        return 2

    @property
    def spec(self) -> tf.io.FixedLenFeature:
        """Two float32 a row."""
        return tf.io.FixedLenFeature([2], tf.float32)

    def transform(self, inputs: Mapping[str, RawColumn]) -> dict[str, tf.Tensor]:
        """Returns float32 [batch, 2], sine then cosine."""
        seconds = to_sparse(column_of(inputs, self.column, self.name))
        angle = map_values(seconds, self._angle)
        sine, cosine = (to_dense(map_values(angle, function), 0.0) for function in (tf.sin, tf.cos))
        return {self.name: tf.stack([sine, cosine], axis=1)}

    def input_layer(self, tft_output: tft.TFTransformOutput) -> tf_keras.layers.Layer:
        """Returns [batch, 2] as it is."""
        return tf_keras.layers.Reshape((2,), name=self.slug)

    def _angle(self, seconds: tf.Tensor) -> tf.Tensor:
        position, length = PERIODS[self.period]
        return tf.cast(position(tf.cast(seconds, tf.int64)), tf.float32) * (2 * math.pi / length)
