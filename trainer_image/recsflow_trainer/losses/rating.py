"""Losses of a rating head: how far a prediction is from its target.

Rows whose target is NaN count in none of them; a batch without any target has the loss 0 and gradients of 0.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.keras import tf
from recsflow_trainer.losses.pairwise import PairwiseRankLoss


class RatingLoss(Protocol):
    """What a rating head asks of its loss."""

    def __call__(self, outputs: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Returns the mean loss of float32 [batch] outputs against float32 [batch] targets."""
        ...


@dataclass(frozen=True)
class MeanSquaredError:
    """(output - target)²; its best constant is the mean."""

    def __call__(self, outputs: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Returns the mean over the rows with a target, float32 scalar."""
        return _mean_over_known(tf.square(outputs - _filled(targets)), targets)


@dataclass(frozen=True)
class MeanAbsoluteError:
    """|output - target|; its best constant is the median."""

    def __call__(self, outputs: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Returns the mean over the rows with a target, float32 scalar."""
        return _mean_over_known(tf.abs(outputs - _filled(targets)), targets)


@dataclass(frozen=True)
class Huber:
    """Half the square of errors up to `delta`, and beyond it a line of slope `delta` (Huber, 1964).

    Attributes:
        delta: Where the line begins, in units of the transformed label; above 0.
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.delta) and self.delta > 0):
            raise DeclarationError(f"Huber.delta is {self.delta}; use a finite number above 0.")

    def __call__(self, outputs: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Returns the mean over the rows with a target, float32 scalar."""
        error = tf.abs(outputs - _filled(targets))
        inner = tf.minimum(error, self.delta)
        return _mean_over_known(0.5 * tf.square(inner) + self.delta * (error - inner), targets)


@dataclass(frozen=True)
class BinaryCrossentropy:
    """-ln of the probability given to the target, which is 0 or 1; outputs are logits."""

    def __call__(self, outputs: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Returns the mean over the rows with a target, float32 scalar."""
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=_filled(targets), logits=outputs)
        return _mean_over_known(losses, targets)


def best_constant(loss: RatingLoss, targets: np.ndarray) -> float:
    """Returns the one output for all rows that has the lowest loss.

    Args:
        loss: One of this package's rating losses.
        targets: float32 [rows], at least one of them and all of them numbers.
    """
    match loss:
        case MeanSquaredError():
            return float(targets.mean(dtype=np.float64))
        case MeanAbsoluteError():
            return float(np.median(targets))
        case Huber(delta=delta):
            return _huber_centre(targets.astype(np.float64), delta)
        case BinaryCrossentropy():
            share = float(np.clip(targets.mean(dtype=np.float64), 1e-6, 1 - 1e-6))
            return math.log(share / (1 - share))
        case PairwiseRankLoss():
            return 0.0
    raise DeclarationError(f"{loss!r} has no known best constant; use a loss of recsflow_trainer.losses.")


def best_shift(loss: RatingLoss, outputs: np.ndarray, targets: np.ndarray) -> float:
    """Returns the constant that, added to all outputs, gives the lowest loss; 0 where chance explains it.

    Chance explains a shift below two standard errors of the mean of what is left of the targets.

    Args:
        loss: One of this package's rating losses; a pairwise one, which knows no level, takes the mean.
        outputs: float32 [rows].
        targets: float32 [rows], at least one of them and all of them numbers.
    """
    outputs, targets = outputs.astype(np.float64), targets.astype(np.float64)
    binary = isinstance(loss, BinaryCrossentropy)
    left = targets - (_sigmoid(outputs) if binary else outputs)
    if not np.isfinite(left).all() or abs(left.mean()) <= 2 * left.std() / math.sqrt(len(left)):
        return 0.0
    if isinstance(loss, PairwiseRankLoss):
        return float(left.mean())
    if binary:
        return _root(lambda shift: float(np.sum(targets - _sigmoid(outputs + shift))), -20.0, 20.0)
    return best_constant(loss, left)


def _huber_centre(targets: np.ndarray, delta: float) -> float:
    """Returns where the errors, cut off at `delta`, sum up to 0."""
    return _root(
        lambda centre: float(np.clip(targets - centre, -delta, delta).sum()),
        float(targets.min()),
        float(targets.max()),
    )


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Halves the range around the place where a falling function is 0."""
    for _ in range(60):
        middle = (low + high) / 2
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(values, -500, 500)))


def _filled(targets: tf.Tensor) -> tf.Tensor:
    """Zeros for NaN: a gradient that is multiplied by 0 must not have been NaN before."""
    return tf.where(tf.math.is_nan(targets), 0.0, targets)


def _mean_over_known(losses: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    known = tf.logical_not(tf.math.is_nan(targets))
    total = tf.reduce_sum(tf.where(known, losses, 0.0))
    return tf.math.divide_no_nan(total, tf.reduce_sum(tf.cast(known, losses.dtype)))
