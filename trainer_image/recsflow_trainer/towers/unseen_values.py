"""Embeddings of what training never saw."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from recsflow_trainer.features import Feature
from recsflow_trainer.features.declaration import EmbeddedFeature
from recsflow_trainer.features.lists import NO_VALUE
from recsflow_trainer.keras import tf_keras


class UnseenValues:
    """The values of a tower's inputs that training does not teach.

    Their embeddings are still the random ones that they began with, so that a customer who is new would be
    recommended anything; with the mean she is recommended what customers buy on the whole. Out-of-vocabulary
    buckets are such values wherever the vocabulary holds all of the training rows.

    Args:
        features: Inputs of the tower.
        columns: The rows that the tower is trained on, and no others; int64 [rows] for each embedded feature,
            or [rows, width] with -1 where a row has fewer values.
        negatives: Columns of what the tower is taught beside the rows: the products that a loss draws.
    """

    def __init__(
        self,
        features: Sequence[Feature],
        columns: Mapping[str, np.ndarray],
        negatives: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        embedded = [feature for feature in features if isinstance(feature, EmbeddedFeature)]
        self._rows = {feature.slug: np.bincount(_values(columns[feature.name])) for feature in embedded}
        self._drawn = {
            feature.slug: np.unique(_values(negatives[feature.name])) if negatives else np.zeros(0, np.int64)
            for feature in embedded
        }

    def average(self, tower: tf_keras.Model) -> None:
        """Gives each of them the mean embedding of the rows.

        Args:
            tower: Model in which each embedding layer has its feature's `slug` as name.
        """
        for layer in tower.submodules:
            if isinstance(layer, tf_keras.layers.Embedding) and layer.name in self._rows:
                rows = np.zeros(layer.input_dim, np.int64)
                counted = self._rows[layer.name]
                rows[: len(counted)] = counted
                unseen = rows == 0
                unseen[self._drawn[layer.name]] = False
                if rows.any() and unseen.any():
                    table = layer.embeddings.numpy()
                    table[unseen] = np.average(table, axis=0, weights=rows)
                    layer.embeddings.assign(table)


@runtime_checkable
class AveragesUnseen(Protocol):
    """A declaration whose models get the mean embedding for values that training does not teach."""

    def averages_unseen(self, inputs: Any) -> Callable[[Any], None]:
        """Returns what does so to a model; again and again it changes nothing else."""
        ...


def averages_unseen(declaration: object, inputs: Any) -> Callable[[Any], None]:
    """Returns the declaration's own way, or nothing to do."""
    return (
        declaration.averages_unseen(inputs) if isinstance(declaration, AveragesUnseen) else lambda model: None
    )


def _values(column: np.ndarray) -> np.ndarray:
    """Returns int64 [values], those of all rows."""
    values: np.ndarray = column[column != NO_VALUE]
    return values
