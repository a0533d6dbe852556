"""Ids and categories: a vocabulary learned from the training rows, and an embedding indexed by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import tensorflow_transform as tft

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.features.declaration import EmbeddedFeature, RawColumn, column_of
from recsflow_trainer.features.densify import as_strings
from recsflow_trainer.features.lines import from_lines, to_lines
from recsflow_trainer.features.lists import PooledEmbedding, padded, split_values
from recsflow_trainer.keras import tf, tf_keras


@dataclass(frozen=True)
class Vocabulary(EmbeddedFeature):
    """A column of ids or categories, strings or integers.

    Values become 0 .. vocabulary size - 1, the most frequent first. What the training rows did not have,
    missing values included, goes to one of the out-of-vocabulary buckets that follow; the empty text is
    missing.

    Attributes:
        column: The column of the rows.
        name: Key of the transformed value; the column when left out.
        dim: Width of the embedding.
        oov_buckets: Number of out-of-vocabulary buckets, 1 or more.
        max_vocabulary: Keep only this many of the most frequent values.
        min_frequency: Keep only values that occur at least this often in the training rows.
        primary_id: Whether this is the id of the tower's customer or product.
        separator: What stands between the values of a row, where a row may have several; their embeddings are
            averaged. Empty where the column is one value.
        max_values: With a separator, values of a row that count; those that follow are left out.
    """

    column: str
    name: str = field(default="", kw_only=True)
    dim: int | None = field(default=None, kw_only=True)
    oov_buckets: int = field(default=1, kw_only=True)
    max_vocabulary: int | None = field(default=None, kw_only=True)
    min_frequency: int | None = field(default=None, kw_only=True)
    primary_id: bool = field(default=False, kw_only=True)
    separator: str = field(default="", kw_only=True)
    max_values: int = field(default=16, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.column)
        self.check_dim()
        if self.oov_buckets < 1:
            raise DeclarationError(
                f"Vocabulary({self.column!r}) has oov_buckets {self.oov_buckets}; use 1 or more, "
                "or values that training did not see have no place."
            )
        if self.separator and self.primary_id:
            raise DeclarationError(
                f"Vocabulary({self.column!r}) has separator {self.separator!r} and is a primary id; remove "
                "one of the two, since a row is of one customer and one product."
            )
        if self.separator and self.max_values < 2:
            raise DeclarationError(
                f"Vocabulary({self.column!r}) has max_values {self.max_values}; use 2 or more."
            )

    @property
    def raw_columns(self) -> tuple[str, ...]:
        """The one column."""
        return (self.column,)

    @property
    def vocabulary_name(self) -> str:
        """The name under which TFT keeps the vocabulary file."""
        return f"vocabulary_{self.slug}"

    @property
    def spec(self) -> tf.io.FixedLenFeature:
        """One int64 index a row, or `max_values` of them."""
        return tf.io.FixedLenFeature([self.max_values] if self.separator else [], tf.int64)

    def transform(self, inputs: Mapping[str, RawColumn]) -> dict[str, tf.Tensor]:
        """Returns int64 [batch], indices in [0, cardinality); several values a row as `padded` has them."""
        texts = as_strings(column_of(inputs, self.column, self.name))
        if self.separator:
            values = split_values(texts, self.separator, self.max_values)
            indices = self._indices(values.with_values(to_lines(values.values)))
            return {self.name: padded(indices, self.max_values)}
        return {self.name: self._indices(to_lines(texts))}

    def _indices(self, lines: tf.Tensor | tf.SparseTensor) -> tf.Tensor | tf.SparseTensor:
        return tft.compute_and_apply_vocabulary(
            lines,
            top_k=self.max_vocabulary,
            frequency_threshold=self.min_frequency,
            num_oov_buckets=self.oov_buckets,
            vocab_filename=self.vocabulary_name,
        )

    def input_layer(self, tft_output: tft.TFTransformOutput) -> tf_keras.layers.Layer:
        """Returns an embedding of the index, or of all that a row has, averaged."""
        if not self.separator:
            return super().input_layer(tft_output)
        return PooledEmbedding(self.cardinality(tft_output), self.output_dim, name=self.slug)

    def vocabulary_size(self, tft_output: tft.TFTransformOutput) -> int:
        """Number of known values; the first out-of-vocabulary index."""
        return int(tft_output.vocabulary_size_by_name(self.vocabulary_name))

    def cardinality(self, tft_output: tft.TFTransformOutput) -> int:
        """Number of known values and of out-of-vocabulary buckets."""
        return self.vocabulary_size(tft_output) + self.oov_buckets

    def values(self, tft_output: tft.TFTransformOutput) -> list[bytes]:
        """The known values in the order of their indices, as the rows have them."""
        return from_lines(tft_output.vocabulary_by_name(self.vocabulary_name))
