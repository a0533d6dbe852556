"""The rating head that ranking and multitask models share."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from include.experiment.config.base import Frozen
from include.experiment.config.models.layers import Layer, count_dense
from include.experiment.config.models.two_towers import TwoTowerModel


class LabelTransform(StrEnum):
    """What is done to the label before the head learns it."""

    IDENTITY = "identity"
    LOG1P = "log1p"
    ZSCORE = "zscore"
    MINMAX = "minmax"


class SquaredErrorLoss(Frozen):
    """The mean squared error."""

    type: Literal["mse"]


class AbsoluteErrorLoss(Frozen):
    """The mean absolute error."""

    type: Literal["mae"]


class HuberLoss(Frozen):
    """Squares errors up to `delta`, in units of the transformed label, and is linear beyond."""

    type: Literal["huber"]
    delta: float = Field(default=1.0, gt=0)


class BinaryCrossentropyLoss(Frozen):
    """For a label of 0 and 1; the rating is the probability of 1."""

    type: Literal["binary_crossentropy"]


class PairwiseLoss(Frozen):
    """Compares each two rows of a batch, and learns their order alone.

    Attributes:
        margin_eps: Labels that differ by this or less, after their transform, are not compared.
        tie_eps: Labels that differ by this or less are equal, whatever the margin.
        temperature: What score differences are divided by.
        weight_by_difference: Whether a pair weighs as much as its labels differ.
    """

    type: Literal["pairwise"]
    margin_eps: float = Field(default=0.0, ge=0)
    tie_eps: float = Field(default=1e-6, ge=0)
    temperature: float = Field(default=1.0, gt=0, le=100)
    weight_by_difference: bool = False


RatingLoss = Annotated[
    SquaredErrorLoss | AbsoluteErrorLoss | HuberLoss | BinaryCrossentropyLoss | PairwiseLoss,
    Field(discriminator="type"),
]


class RatedModel(TwoTowerModel):
    """Two towers with a head that predicts the label column from both embeddings.

    Attributes:
        rating_head: Hidden layers of the head; a linear layer to one number follows them.
        rating_loss: What the head makes small.
        label_transform: What the head learns in place of the label; what is served and measured is in the
            label's own units.
    """

    rating_head: tuple[Layer, ...] = ()
    rating_loss: RatingLoss = SquaredErrorLoss(type="mse")
    label_transform: LabelTransform = LabelTransform.IDENTITY

    @model_validator(mode="after")
    def _crossentropy_takes_the_label_as_it_is(self) -> Self:
        transformed = self.label_transform is not LabelTransform.IDENTITY
        if transformed and isinstance(self.rating_loss, BinaryCrossentropyLoss):
            raise ValueError(
                f"use label_transform identity, since binary_crossentropy takes 0 and 1 as they are, not "
                f"their {self.label_transform.value}"
            )
        return self

    @property
    def dense_layers(self) -> int:
        """Dense layers written for the way from a feature to the rating."""
        return super().dense_layers + count_dense(self.rating_head)
