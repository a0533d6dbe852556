"""Embeddings of what training never saw."""

from collections.abc import Mapping, Sequence

import numpy as np

from recsflow_trainer.features import Feature
from recsflow_trainer.features.declaration import EmbeddedFeature
from recsflow_trainer.features.lists import NO_VALUE
from recsflow_trainer.keras import tf_keras


def average_unseen(
    tower: tf_keras.Model, features: Sequence[Feature], columns: Mapping[str, np.ndarray]
) -> None:
    """Gives every value without a training row the mean embedding of the training rows.

    Its own embedding is still the random one that it began with, so that a customer who is new would be
    recommended anything; with the mean she is recommended what customers buy on the whole. Out-of-vocabulary
    buckets are such values wherever the vocabulary holds all of the training rows.

    Args:
        tower: Trained model, in which each embedding layer has its feature's `slug` as name.
        features: Inputs of the tower.
        columns: The training rows; int64 [rows] for each embedded feature, or [rows, width] with -1 where a
            row has fewer values.
    """
    embedded = {feature.slug: feature for feature in features if isinstance(feature, EmbeddedFeature)}
    for layer in tower.submodules:
        if isinstance(layer, tf_keras.layers.Embedding) and layer.name in embedded:
            table = layer.embeddings.numpy()
            values = columns[embedded[layer.name].name]
            rows = np.bincount(values[values != NO_VALUE], minlength=len(table))
            if rows.any():
                table[rows == 0] = np.average(table, axis=0, weights=rows)
                layer.embeddings.assign(table)
