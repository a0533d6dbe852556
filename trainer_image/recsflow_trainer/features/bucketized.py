"""Numbers cut at the quantiles of the training rows, each bucket with an embedding of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import tensorflow_transform as tft

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features.declaration import EmbeddedFeature, RawColumn, column_of
from recsflow_trainer.features.densify import map_values, to_dense, to_sparse
from recsflow_trainer.keras import tf


@dataclass(frozen=True)
class Bucketized(EmbeddedFeature):
    """A number as one of `buckets` quantile buckets; one more bucket, the last, is for missing values.

    Attributes:
        column: The column of the rows.
        buckets: Number of quantile buckets, 2 or more.
        name: Key of the transformed value; the column when left out.
        dim: Width of the embedding.
    """

    column: str
    buckets: int = field(kw_only=True)
    name: str = field(default="", kw_only=True)
    dim: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.column)
        self.check_dim()
        if self.buckets < 2:
            raise DeclarationError(f"Bucketized({self.column!r}) has buckets {self.buckets}; use 2 or more.")

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The one column."""
        return (self.column,)

    def transform(self, inputs: Mapping[str, RawColumn]) -> dict[str, tf.Tensor]:
        """Returns int64 [batch], the bucket in [0, buckets], where `buckets` stands for a missing value."""
        values = map_values(
            to_sparse(column_of(inputs, self.column, self.name)), lambda x: tf.cast(x, tf.float32)
        )
        return {self.name: to_dense(tft.bucketize(values, self.buckets), self.buckets)}

    def cardinality(self, tft_output: tft.TFTransformOutput) -> int:
        """The buckets and one for missing values."""
        return self.buckets + 1
