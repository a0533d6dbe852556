"""A model config: the layers of the towers and how they are trained."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from include.experiment.base import Frozen

OptimizerOption = bool | int | float


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


class OptimizerName(StrEnum):
    """Optimizers that the trainer knows."""

    ADAGRAD = "adagrad"
    ADAM = "adam"
    ADAMW = "adamw"
    SGD = "sgd"
    RMSPROP = "rmsprop"
    FTRL = "ftrl"


OPTIMIZER_OPTIONS: dict[OptimizerName, tuple[str, ...]] = {
    OptimizerName.ADAGRAD: ("initial_accumulator_value", "epsilon"),
    OptimizerName.ADAM: ("beta_1", "beta_2", "epsilon", "amsgrad"),
    OptimizerName.ADAMW: ("beta_1", "beta_2", "epsilon", "amsgrad", "weight_decay"),
    OptimizerName.SGD: ("momentum", "nesterov"),
    OptimizerName.RMSPROP: ("rho", "momentum", "epsilon", "centered"),
    OptimizerName.FTRL: (
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "beta",
    ),
}


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


class OptimizerConfig(Frozen):
    """An optimizer and its own options; the learning rate stands beside it."""

    name: OptimizerName = OptimizerName.ADAGRAD
    options: dict[str, OptimizerOption] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _options_belong_to_optimizer(self) -> Self:
        allowed = OPTIMIZER_OPTIONS[self.name]
        unknown = [option for option in self.options if option not in allowed]
        if unknown:
            listed = ", ".join(allowed)
            raise ValueError(
                f"remove {', '.join(unknown)}, since {self.name.value} takes {listed} as options"
            )
        return self


class ModelConfig(Frozen):
    """A model, as written in `models/<name>.yaml`.

    Attributes:
        name: The file's name.
        query_tower: Hidden layers of the query tower; a linear layer to `embedding_dim` follows them, unless
            there are none and the features are together as wide.
        candidate_tower: The same for the candidate tower.
        embedding_dim: Length of both towers' output.
        temperature: What scores are divided by before the softmax.
        normalize: Whether outputs are scaled to length 1.
        sampling_correction: Whether in-batch scores are corrected for the candidates' frequency.
        remove_accidental_hits: Whether another row of a batch with the same product is no negative.
        clipnorm: Largest gradient norm per variable.
        early_stopping_patience: Epochs without a better val_loss before training stops; None never stops.
        collapse_patience: Epochs of vanished gradients before training stops.
    """

    name: str
    description: str = ""
    type: Literal["retrieval"]
    query_tower: tuple[Layer, ...] = ()
    candidate_tower: tuple[Layer, ...] = ()
    embedding_dim: int = Field(default=32, ge=2, le=1024)
    temperature: float = Field(default=1.0, gt=0, le=100)
    normalize: bool = False
    sampling_correction: bool = True
    remove_accidental_hits: bool = True
    optimizer: OptimizerConfig = OptimizerConfig()
    learning_rate: float = Field(default=0.05, gt=0, le=10)
    batch_size: int = Field(default=512, ge=2, le=1_048_576)
    epochs: int = Field(default=3, ge=1, le=1000)
    clipnorm: float = Field(default=1.0, gt=0)
    early_stopping_patience: int | None = Field(default=None, ge=1)
    collapse_patience: int = Field(default=2, ge=1)

    @property
    def dense_layers(self) -> int:
        """Dense layers written for the deeper of the two towers."""
        towers = (self.query_tower, self.candidate_tower)
        return max(sum(isinstance(layer, DenseLayer) for layer in tower) for tower in towers)
