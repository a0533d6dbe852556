"""The hidden layers that a model config lists."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from include.experiment.config.base import Frozen


class Activation(StrEnum):
    """Activation of a dense layer."""

    RELU = "relu"
    GELU = "gelu"
    ELU = "elu"
    SELU = "selu"
    SWISH = "swish"
    TANH = "tanh"
    SIGMOID = "sigmoid"
    LINEAR = "linear"


class DenseLayer(Frozen):
    """A fully connected layer; `l2` is the weight of its kernel's penalty."""

    type: Literal["dense"]
    units: int = Field(ge=1, le=8192)
    activation: Activation = Activation.RELU
    l2: float = Field(default=0.0, ge=0, le=1)


class DropoutLayer(Frozen):
    """Zeroes a share `rate` of its inputs while training."""

    type: Literal["dropout"]
    rate: float = Field(gt=0, lt=1)


class LayerNormLayer(Frozen):
    """Normalises each row to mean 0 and variance 1, then scales it."""

    type: Literal["layer_norm"]


Layer = Annotated[DenseLayer | DropoutLayer | LayerNormLayer, Field(discriminator="type")]


def count_dense(layers: Iterable[Layer]) -> int:
    """Return how many of the layers are dense."""
    return sum(isinstance(layer, DenseLayer) for layer in layers)
