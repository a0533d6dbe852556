"""A TFRS model that knows what its towers' gradients do."""

from collections.abc import Mapping
from typing import Any

import tensorflow_recommenders as tfrs

from recsflow_trainer.diagnostics.statistics import (
    GradientAccumulator,
    merge_repeated_rows,
    weight_statistics,
)
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.metrics_file import TowerStatistics


class TrackedModel(tfrs.Model):
    """Base of every model that trains with gradient statistics.

    A subclass defines `compute_loss(features, training)`, the mean loss of a batch.

    Args:
        towers: The parts to tell apart, by name; each weight belongs to at most one.
        name: Name of the Keras model.
    """

    def __init__(self, towers: Mapping[str, tf_keras.Model], *, name: str) -> None:
        super().__init__(name=name)
        self.towers = dict(towers)
        self.accumulators = _Untracked({tower: GradientAccumulator(tower) for tower in towers})
        self._mean_loss = tf_keras.metrics.Mean(name="loss")

    @property
    def metrics(self) -> list[tf_keras.metrics.Metric]:
        """The mean loss over an epoch, without regularization."""
        return [self._mean_loss]

    def train_step(self, features: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Takes one step and counts its gradients, before they are clipped."""
        with tf.GradientTape() as tape:
            loss = self.compute_loss(features, training=True)
            total = loss + tf.add_n(self.losses) if self.losses else loss
        variables = self.trainable_variables
        gradients = [merge_repeated_rows(gradient) for gradient in tape.gradient(total, variables)]
        by_variable = {
            variable.ref(): gradient
            for variable, gradient in zip(variables, gradients, strict=True)
            if gradient is not None
        }
        for name, tower in self.towers.items():
            owned = [by_variable[v.ref()] for v in tower.trainable_variables if v.ref() in by_variable]
            if owned:
                self.accumulators[name].add(owned)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        self._mean_loss.update_state(loss)
        return {"loss": self._mean_loss.result()}

    def test_step(self, features: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Counts the loss of one batch."""
        self._mean_loss.update_state(self.compute_loss(features, training=False))
        return {"loss": self._mean_loss.result()}

    def reset_statistics(self) -> None:
        """Starts an epoch's gradient statistics."""
        for accumulator in self.accumulators.values():
            accumulator.reset()

    @property
    def counted_steps(self) -> int:
        """Steps in the gradient statistics."""
        return max((accumulator.steps for accumulator in self.accumulators.values()), default=0)

    def tower_statistics(self) -> dict[str, TowerStatistics]:
        """Returns each tower's gradients since `reset_statistics`, and its weights as they are."""
        return {
            name: TowerStatistics(
                gradient=self.accumulators[name].read(), weight=weight_statistics(tower.trainable_variables)
            )
            for name, tower in self.towers.items()
        }


class _Untracked(dict[str, Any]):
    """A dict that Keras does not look into."""
