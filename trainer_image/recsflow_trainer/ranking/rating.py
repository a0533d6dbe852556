"""What the types that predict a label have in common: the head's declaration, its fit and its loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from recsflow_trainer.errors import DeclarationError, ExamplesError
from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.splits import Split, Splits
from recsflow_trainer.features.interaction import INTERACTION_LABEL
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.rating import (
    BinaryCrossentropy,
    RatingLoss,
    best_constant,
)
from recsflow_trainer.ranking.labels import LabelTransform, fit_transform
from recsflow_trainer.ranking.rating_head import RatingHead, RatingScale
from recsflow_trainer.towers import Layer, Tower


@dataclass(frozen=True)
class Rating:
    """The head that predicts the label from both embeddings.

    Attributes:
        label: Column of the label in the rows, for messages; the rows have it as `interaction_label`.
        loss: What is made small.
        layers: Hidden layers between the embeddings and the rating.
        transform: What the head learns in place of the label itself; its parameters are those of the train
            rows, and what is served is in the label's own units.
    """

    label: str
    loss: RatingLoss
    layers: Sequence[Layer] = ()
    transform: str = LabelTransform.IDENTITY

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        if self.transform not in list(LabelTransform):
            raise DeclarationError(
                f"Rating.transform is {self.transform!r}; use one of: {', '.join(LabelTransform)}."
            )
        if isinstance(self.loss, BinaryCrossentropy) and self.transform != LabelTransform.IDENTITY:
            raise DeclarationError(
                f"Rating.transform is {self.transform!r} with BinaryCrossentropy, which takes 0 and 1 as "
                "they are; use identity."
            )

    def check_towers(self, *towers: Tower) -> None:
        """Raises DeclarationError if a tower reads the label, which would be told what to predict."""
        for tower in towers:
            for feature in tower.inputs:
                if self.label in feature.raw_columns:
                    raise DeclarationError(
                        f"Feature {feature.name!r} reads {self.label!r}, the label that is predicted; "
                        "remove it from the towers."
                    )

    def params(self) -> dict[str, Any]:
        """What tells this head from another, as flat values."""
        return {
            "label": self.label,
            "rating_loss": str(self.loss),
            "label_transform": str(self.transform),
            "rating_layers": ", ".join(str(layer) for layer in self.layers),
        }

    def build(self, train: Split, embedding_dim: int) -> "RatingTask":
        """Fits the transform to the train rows and builds the head.

        Args:
            train: The rows; those without a label do not count.
            embedding_dim: Width of both towers' outputs.

        Raises:
            ExamplesError: The labels do not fit the loss or the transform.
        """
        labels = labelled(train).columns[INTERACTION_LABEL]
        self._check(labels)
        transform = fit_transform(LabelTransform(self.transform), labels, self.label)
        constant = best_constant(self.loss, transform.forward(tf.constant(labels)).numpy())
        head = RatingHead(self.layers, embedding_dim=embedding_dim, constant=constant)
        return RatingTask(head, RatingScale(self.loss, transform), self.loss, constant)

    def _check(self, labels: np.ndarray) -> None:
        infinite = int(np.isinf(labels).sum())
        if infinite:
            raise ExamplesError(
                f"Label {self.label!r} is infinite in {infinite:,} training rows; filter those rows."
            )
        if len(labels) and labels.min() == labels.max():
            raise ExamplesError(
                f"Label {self.label!r} is {labels[0]:g} in all {len(labels):,} training rows, so there is "
                "nothing to learn; choose another label column."
            )
        others = labels[(labels != 0) & (labels != 1)]
        if isinstance(self.loss, BinaryCrossentropy) and len(others):
            raise ExamplesError(
                f"Label {self.label!r} is neither 0 nor 1 in {len(others):,} training rows, such as "
                f"{others[0]:g}, but the loss is binary_crossentropy; use mse, mae or huber."
            )


@dataclass(frozen=True)
class RatingTask:
    """A head with its loss, as part of a model.

    Attributes:
        head: The Keras model.
        scale: The way from its output to the label's units.
        loss: What is made small.
        constant: The best output of a head that does not look at its input.
    """

    head: RatingHead
    scale: RatingScale
    loss: RatingLoss
    constant: float

    def compute_loss(
        self, queries: tf.Tensor, candidates: tf.Tensor, features: Mapping[str, tf.Tensor], training: bool
    ) -> tf.Tensor:
        """Returns the mean loss over the rows that have a label, float32 scalar."""
        return self.loss(self.head(queries, candidates, training=training), self.targets(features))

    def uninformed_loss(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the loss of the best constant, taken from the train rows, on the rows of a batch."""
        targets = self.targets(features)
        return self.loss(tf.fill(tf.shape(targets), self.constant), targets)

    def targets(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns float32 [batch], transformed labels; NaN where a row has none."""
        return self.scale.transform.forward(features[INTERACTION_LABEL])


def labelled(split: Split) -> Split:
    """Returns the rows of a split that have a label."""
    known = ~np.isnan(split.columns[INTERACTION_LABEL])
    if known.all():
        return split
    return split.take(np.flatnonzero(known))


def check_labels(inputs: TransformedInputs, label: str) -> TransformedInputs:
    """Returns the inputs with a warning for each split where rows have no label.

    Args:
        inputs: The rows; those without a label have NaN.
        label: Column of the label, for messages.

    Raises:
        ExamplesError: No row of a split has a label.
    """
    warnings = []
    for split in (inputs.splits.train, inputs.splits.eval, inputs.splits.test):
        missing = int(np.isnan(split.columns[INTERACTION_LABEL]).sum())
        if missing == split.rows:
            raise ExamplesError(
                f"No row of split {split.name!r} has a label {label!r}; choose another label column or "
                "another window."
            )
        if missing:
            warnings.append(
                f"{missing:,} of {split.rows:,} rows of split {split.name!r} have no label {label!r}; "
                "ratings are neither learnt from nor measured on them."
            )
    return replace(inputs, warnings=(*inputs.warnings, *warnings))


def only_labelled(inputs: TransformedInputs) -> TransformedInputs:
    """Returns the inputs without the rows that have no label."""
    splits = inputs.splits
    return replace(
        inputs, splits=Splits(labelled(splits.train), labelled(splits.eval), labelled(splits.test))
    )
