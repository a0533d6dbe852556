"""Declarations of the hidden layers of a tower; each builds its own Keras layer."""

from dataclasses import dataclass
from typing import Protocol

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.keras import tf_keras


class Layer(Protocol):
    """What a tower asks of a layer declaration."""

    def build(self, name: str) -> tf_keras.layers.Layer:
        """Returns a new Keras layer called `name`."""
        ...


@dataclass(frozen=True)
class Dense:
    """A fully connected layer.

    Attributes:
        units: Size of the output, 1 or more.
        activation: A Keras activation name, such as "relu"; None is linear.
        l2: Factor of the L2 penalty on the kernel, 0 or more.
    """

    units: int
    activation: str | None = None
    l2: float = 0.0

    def __post_init__(self) -> None:
        if self.units < 1:
            raise DeclarationError(f"Dense.units is {self.units}; use 1 or more.")
        if self.l2 < 0:
            raise DeclarationError(f"Dense.l2 is {self.l2}; use 0 or more.")

    def build(self, name: str) -> tf_keras.layers.Layer:
        """Returns a new Keras Dense layer."""
        regularizer = tf_keras.regularizers.L2(self.l2) if self.l2 else None
        return tf_keras.layers.Dense(
            self.units, activation=self.activation, kernel_regularizer=regularizer, name=name
        )


@dataclass(frozen=True)
class Dropout:
    """Drops a share of the inputs while training.

    Attributes:
        rate: Share that is dropped, at least 0 and less than 1.
    """

    rate: float

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1:
            raise DeclarationError(f"Dropout.rate is {self.rate}; use at least 0 and less than 1.")

    def build(self, name: str) -> tf_keras.layers.Layer:
        """Returns a new Keras Dropout layer."""
        return tf_keras.layers.Dropout(self.rate, name=name)


@dataclass(frozen=True)
class LayerNorm:
    """Normalises each row to mean 0 and variance 1, with a learned scale and shift."""

    def build(self, name: str) -> tf_keras.layers.Layer:
        """Returns a new Keras LayerNormalization layer."""
        return tf_keras.layers.LayerNormalization(name=name)
