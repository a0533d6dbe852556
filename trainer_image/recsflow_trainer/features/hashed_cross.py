"""Combinations of columns, hashed into a fixed number of embeddings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import tensorflow_transform as tft

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features.declaration import EmbeddedFeature, RawColumn, column_of
from recsflow_trainer.features.densify import as_strings
from recsflow_trainer.keras import tf

# Occurs in no sane value, so that ("a b", "c") and ("a", "b c") stay apart.
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class HashedCross(EmbeddedFeature):
    """The combination of two or more columns, by a hash that is the same on every machine.

    Attributes:
        columns: Two or more columns of the rows, strings or numbers; a missing value is ''.
        buckets: Number of hash buckets, 2 or more.
        name: Key of the transformed value; the columns joined by "_x_" when left out.
        dim: Width of the embedding.
    """

    columns: Sequence[str]
    buckets: int = field(kw_only=True)
    name: str = field(default="", kw_only=True)
    dim: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "name", self.name or "_x_".join(self.columns))
        self.check_dim()
        if len(self.columns) < 2:
            raise DeclarationError(f"HashedCross({self.columns!r}) crosses too few columns; give 2 or more.")
        if self.buckets < 2:
            raise DeclarationError(f"HashedCross {self.name!r} has buckets {self.buckets}; use 2 or more.")

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The crossed columns."""
        return tuple(self.columns)

    def transform(self, inputs: Mapping[str, RawColumn]) -> dict[str, tf.Tensor]:
        """Returns int64 [batch], the bucket in [0, buckets)."""
        parts = [as_strings(column_of(inputs, column, self.name)) for column in self.columns]
        joined = tf.strings.join(parts, separator=_SEPARATOR)
        return {self.name: tf.strings.to_hash_bucket_fast(joined, self.buckets)}

    def cardinality(self, tft_output: tft.TFTransformOutput) -> int:
        """The hash buckets."""
        return self.buckets
