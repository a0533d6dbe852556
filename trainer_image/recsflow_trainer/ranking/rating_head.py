"""The rating head: from a customer's and a product's embedding to one number, and on to the label's units."""

from collections.abc import Sequence

import numpy as np

from recsflow_trainer.declared_model import DeclaredModel
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.losses.pairwise import PairwiseRankLoss
from recsflow_trainer.losses.rating import BinaryCrossentropy, RatingLoss, best_shift
from recsflow_trainer.ranking.labels import FittedTransform
from recsflow_trainer.towers import Layer


class RatingHead(DeclaredModel):
    """Reads the two embeddings side by side, and their product, which is what a dot product sums up.

    Args:
        layers: Hidden layers; a linear one to one number follows them. That one starts at zero: training
            begins where knowing nothing but the constant ends.
        embedding_dim: Width of each embedding.
        constant: What the head says of every row before it has learnt anything.
    """

    def __init__(self, layers: Sequence[Layer], *, embedding_dim: int, constant: float) -> None:
        super().__init__(name="rating_head")
        self.hidden_layers = [
            layer.build(f"{type(layer).__name__.lower()}_{index}") for index, layer in enumerate(layers)
        ]
        self.output_layer = tf_keras.layers.Dense(
            1,
            kernel_initializer="zeros",
            bias_initializer=tf_keras.initializers.Constant(constant),
            name="rating",
        )
        nothing = tf.zeros([1, embedding_dim])
        self(nothing, nothing)

    def call(self, queries: tf.Tensor, candidates: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns float32 [batch].

        Args:
            queries: float32 [batch, embedding_dim].
            candidates: float32 [batch, embedding_dim], row by row.
            training: Whether dropout is on.
        """
        hidden = tf.concat([queries, candidates, queries * candidates], axis=1)
        for layer in self.hidden_layers:
            hidden = layer(hidden)
        return tf.squeeze(self.output_layer(hidden), axis=1)


class RatingScale(tf.Module):
    """The way from the head's output to the label's own units, kept with the model that is saved.

    A pairwise loss teaches an order and no level: `calibrate` then finds the straight line from outputs to
    transformed labels, which leaves the order alone. `remove_shift` takes away what all outputs are off by.

    Args:
        loss: What the head is trained with.
        transform: The label's transform.
    """

    def __init__(self, loss: RatingLoss, transform: FittedTransform) -> None:
        super().__init__(name="rating_scale")
        self._loss = loss
        self.transform = transform
        self.slope = tf.Variable(1.0, trainable=False, name="slope")
        self.level = tf.Variable(0.0, trainable=False, name="level")

    @property
    def needs_calibration(self) -> bool:
        """Whether outputs have an order only."""
        return isinstance(self._loss, PairwiseRankLoss)

    def calibrate(self, outputs: np.ndarray, targets: np.ndarray) -> None:
        """Fits slope and level by least squares; a slope below 0, which would turn the order round, is 0.

        Args:
            outputs: float32 [rows], the head's.
            targets: float32 [rows], transformed labels.
        """
        outputs, targets = outputs.astype(np.float64), targets.astype(np.float64)
        centred = outputs - outputs.mean()
        spread = float(np.mean(np.square(centred)))
        slope = max(float(np.mean(centred * targets)) / spread, 0.0) if spread > 0 else 0.0
        self.slope.assign(slope)
        self.level.assign(float(targets.mean()) - slope * float(outputs.mean()))

    def remove_shift(self, outputs: np.ndarray, targets: np.ndarray) -> None:
        """Moves the level by the constant that the loss likes best, on rows that the weights have not seen.

        Args:
            outputs: float32 [rows], the head's.
            targets: float32 [rows], transformed labels.
        """
        levelled = outputs * self.slope.numpy() + self.level.numpy()
        self.level.assign_add(best_shift(self._loss, levelled, targets))

    def ratings(self, outputs: tf.Tensor) -> tf.Tensor:
        """Returns float32 [batch] in the label's own units; of a 0/1 label, the probability of 1."""
        levelled = outputs * self.slope + self.level
        if isinstance(self._loss, BinaryCrossentropy):
            return tf.sigmoid(levelled)
        return self.transform.inverse(levelled)
