"""How any model is trained unless a run says otherwise."""

from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from include.experiment.config.base import Frozen, NamedConfig
from include.experiment.config.choices import (
    DEFAULT_LEARNING_RATE,
    BatchSize,
    Epochs,
    LearningRate,
)
from include.experiment.config.optimizers import OPTIMIZERS, OptimizerName, OptimizerOption


class OptimizerConfig(Frozen):
    """An optimizer and its own options; the learning rate stands beside it."""

    name: OptimizerName = OptimizerName.ADAGRAD
    options: dict[str, OptimizerOption] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _options_belong_to_optimizer(self) -> Self:
        allowed = OPTIMIZERS[self.name].options
        unknown = [option for option in self.options if option not in allowed]
        if unknown:
            listed = ", ".join(allowed)
            raise ValueError(
                f"remove {', '.join(unknown)}, since {self.name.value} takes {listed} as options"
            )
        for option, value in self.options.items():
            if remedy := allowed[option].remedy(value):
                raise ValueError(f"use {remedy} as {option}")
        return self


class LearningRateDecay(StrEnum):
    """How the learning rate changes over the epochs."""

    NONE = "none"
    LINEAR = "linear"


class TrainedModel(NamedConfig):
    """What every model config has, whatever its type.

    Attributes:
        learning_rate_decay: Whether the rate falls from epoch to epoch, towards 0 after the last one.
        clipnorm: Largest gradient norm per variable.
        early_stopping_patience: Epochs without a better val_loss before training stops; None never stops.
        min_steps_per_epoch: Batches are made smaller where an epoch would have fewer of them.
        collapse_patience: Epochs of vanished gradients before training stops.
    """

    optimizer: OptimizerConfig = OptimizerConfig()
    learning_rate: LearningRate = DEFAULT_LEARNING_RATE
    learning_rate_decay: LearningRateDecay = LearningRateDecay.NONE
    batch_size: BatchSize = 512
    min_steps_per_epoch: int = Field(default=1, ge=1, le=100_000)
    epochs: Epochs = 3
    clipnorm: float = Field(default=1.0, gt=0)
    early_stopping_patience: int | None = Field(default=None, ge=1)
    collapse_patience: int = Field(default=2, ge=1)

    def hyperparameters(self) -> dict[str, Any]:
        """Return how it is trained, as JSON, under the names that the trainer's config has."""
        chosen = self.model_dump(mode="json", include=set(HYPERPARAMETERS))
        optimizer = chosen.pop("optimizer")
        return {**chosen, "optimizer": optimizer["name"], "optimizer_options": optimizer["options"]}

    @property
    def dense_layers(self) -> int:
        """Dense layers written for the deepest part of the model."""
        return 0


HYPERPARAMETERS = tuple(name for name in TrainedModel.model_fields if name not in NamedConfig.model_fields)
