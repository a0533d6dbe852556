"""The pairwise rank loss: of two rows, the one with the higher target should have the higher score."""

import math
from dataclasses import dataclass

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.keras import tf


@dataclass(frozen=True)
class PairwiseRankLoss:
    """RankNet's loss over all pairs of a batch (Burges et al., ICML 2005).

    A pair (i, j) counts when target_i - target_j is above both `margin_eps` and `tie_eps`; its loss is
    softplus(-(score_i - score_j) / temperature). The loss is the mean over the pairs that count. Only the
    order of the scores is learnt, not their level.

    Memory is batch x batch float32 numbers, several times.

    Attributes:
        margin_eps: Targets that differ by this or less are too close to be told apart, in target units.
        tie_eps: Targets that differ by this or less are equal, whatever the margin; room for rounding.
        temperature: Divides the score differences; a lower one punishes a wrong order harder.
        weight_by_difference: Whether a pair weighs in proportion to the difference of its targets. The
            weights have a mean of 1 over the pairs, so that the unit of the target does not matter.
    """

    margin_eps: float = 0.0
    tie_eps: float = 1e-6
    temperature: float = 1.0
    weight_by_difference: bool = False

    def __post_init__(self) -> None:
        for name in ("margin_eps", "tie_eps"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise DeclarationError(f"PairwiseRankLoss.{name} is {value}; use a finite number, 0 or more.")
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise DeclarationError(
                f"PairwiseRankLoss.temperature is {self.temperature}; use a finite number above 0."
            )

    def __call__(self, scores: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
        """Returns the loss of a batch.

        Args:
            scores: float32 [batch] or [batch, 1].
            targets: float32, as many; a row whose target is NaN is in no pair.

        Returns:
            float32 scalar. Without a pair that counts it is 0, and so are its gradients.
        """
        scores, targets = tf.reshape(scores, [-1]), tf.reshape(targets, [-1])
        differences = targets[:, None] - targets[None, :]
        counts = differences > max(self.margin_eps, self.tie_eps)
        weights = tf.cast(counts, scores.dtype)
        if self.weight_by_difference:
            weights = tf.where(counts, tf.cast(differences, scores.dtype), 0.0)
        losses = tf.nn.softplus((scores[None, :] - scores[:, None]) / self.temperature)
        return tf.math.divide_no_nan(tf.reduce_sum(weights * losses), tf.reduce_sum(weights))
