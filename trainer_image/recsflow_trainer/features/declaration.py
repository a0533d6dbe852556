"""What every feature declaration can do, on both of its sides."""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping

import tensorflow_transform as tft

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.keras import tf, tf_keras

# What TFX hands to preprocessing: dense where every row has a value, sparse or ragged where some lack it.
type RawColumn = tf.Tensor | tf.SparseTensor | tf.RaggedTensor


class Feature(ABC):
    """One input of a tower.

    Attributes:
        name: Key of the transformed value; unique over all towers of a model.
        raw_columns: The columns of the rows that it reads.
        output_dim: Width of what the Keras side gives.
    """

    name: str

    @property
    @abstractmethod
    def raw_columns(self) -> tuple[str, ...]:
        """The columns of the rows that this feature reads."""

    @property
    @abstractmethod
    def output_dim(self) -> int:
        """Width of `input_layer`'s output."""

    @property
    @abstractmethod
    def spec(self) -> tf.io.FixedLenFeature:
        """How a transformed example holds this feature."""

    @abstractmethod
    def transform(self, inputs: Mapping[str, RawColumn]) -> dict[str, tf.Tensor]:
        """Computes the transformed value with TFT.

        Args:
            inputs: Raw columns by name, each [batch] or [batch, 1], dense, sparse or ragged.

        Returns:
            The feature's name with its tensor, of the shape and type that `spec` tells.
        """

    @abstractmethod
    def input_layer(self, tft_output: tft.TFTransformOutput) -> tf_keras.layers.Layer:
        """Returns the Keras layer from the transformed value to float32 [batch, output_dim]."""

    @property
    def slug(self) -> str:
        """The name as Keras layers and file names allow it; distinct names stay distinct."""
        return slug(self.name)


class EmbeddedFeature(Feature):
    """A feature that becomes an index into a learned embedding table.

    Attributes:
        dim: Width of the embedding. Preprocessing does not need it; a tower does.
    """

    dim: int | None

    @property
    def output_dim(self) -> int:
        """Width of the embedding."""
        if self.dim is None:
            raise DeclarationError(
                f"{self!r} is an input of a tower but has no dim; give its embedding width."
            )
        return self.dim

    @property
    def spec(self) -> tf.io.FixedLenFeature:
        """One int64 index a row."""
        return tf.io.FixedLenFeature([], tf.int64)

    @abstractmethod
    def cardinality(self, tft_output: tft.TFTransformOutput) -> int:
        """Number of rows that the embedding table needs."""

    def input_layer(self, tft_output: tft.TFTransformOutput) -> tf_keras.layers.Layer:
        """Returns an embedding that the transformed index is looked up in, as it is."""
        return tf_keras.layers.Embedding(self.cardinality(tft_output), self.output_dim, name=self.slug)

    def check_dim(self) -> None:
        """Raises DeclarationError for a width that no embedding can have."""
        if self.dim is not None and self.dim < 1:
            raise DeclarationError(f"{self!r} has dim {self.dim}; use 1 or more.")


def slug(name: str) -> str:
    """Returns `name` reduced to `[a-z0-9_]`, with a hash where that changed it."""
    reduced = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "feature"
    if reduced == name:
        return reduced
    return f"{reduced}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def column_of(inputs: Mapping[str, RawColumn], column: str, feature: str) -> RawColumn:
    """Returns one raw column, or raises DeclarationError that lists those there are."""
    try:
        return inputs[column]
    except KeyError:
        raise DeclarationError(
            f"Feature {feature!r} reads column {column!r}, which the rows do not have; "
            f"use one of: {', '.join(sorted(inputs))}."
        ) from None
