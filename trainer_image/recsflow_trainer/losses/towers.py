"""How a loss calls the two towers."""

from collections.abc import Callable, Mapping
from typing import Protocol

from recsflow_trainer.keras import tf

Features = Mapping[str, tf.Tensor]
TowerCall = Callable[[Features], tf.Tensor]


class RetrievalLoss(Protocol):
    """What a retrieval model asks of its loss."""

    def __call__(self, query: TowerCall, candidate: TowerCall, features: Features) -> tf.Tensor:
        """Returns the mean loss of a batch, float32 scalar; the towers give [rows, dim]."""
        ...

    def uninformed(self, features: Features) -> tf.Tensor:
        """Returns the loss of a batch if every product had the same score."""
        ...
