"""The label's transform: what the model learns in, and back to the label's own units."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.keras import tf


class LabelTransform(StrEnum):
    """What is done to labels before a model learns them."""

    IDENTITY = "identity"
    LOG1P = "log1p"
    ZSCORE = "zscore"
    MINMAX = "minmax"


@dataclass(frozen=True)
class FittedTransform:
    """A transform with its parameters: (label - offset) / scale, or ln(1 + label).

    Attributes:
        kind: Which transform.
        offset: Subtracted, in label units.
        scale: Divides, in label units; above 0.
    """

    kind: LabelTransform = LabelTransform.IDENTITY
    offset: float = 0.0
    scale: float = 1.0

    def forward(self, labels: tf.Tensor) -> tf.Tensor:
        """Returns what the model learns, of the same shape; NaN stays NaN."""
        if self.kind is LabelTransform.LOG1P:
            return tf.math.log1p(labels)
        return (labels - self.offset) / self.scale

    def inverse(self, values: tf.Tensor) -> tf.Tensor:
        """Returns values in the label's own units, of the same shape."""
        if self.kind is LabelTransform.LOG1P:
            return tf.math.expm1(values)
        return values * self.scale + self.offset


def fit_transform(kind: LabelTransform, labels: np.ndarray, column: str) -> FittedTransform:
    """Takes the parameters of a transform from labels.

    Args:
        kind: Which transform.
        labels: float32 [rows] of the train split, all of them numbers.
        column: The label's name, for messages.

    Raises:
        ExamplesError: The transform is not defined for these labels.
    """
    if kind is LabelTransform.LOG1P and labels.min() <= -1:
        raise ExamplesError(
            f"Label {column!r} has {np.count_nonzero(labels <= -1):,} training rows of -1 or less, down to "
            f"{labels.min():g}, where log1p is not defined; use label_transform zscore, or filter those rows."
        )
    if kind is LabelTransform.ZSCORE:
        return FittedTransform(kind, float(labels.mean(dtype=np.float64)), _spread(labels.std(), column))
    if kind is LabelTransform.MINMAX:
        return FittedTransform(kind, float(labels.min()), _spread(np.ptp(labels), column))
    return FittedTransform(kind)


def _spread(value: float, column: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ExamplesError(
            f"Label {column!r} has the same value in all training rows, so there is nothing to learn; "
            "choose another label column."
        )
    return float(value)
