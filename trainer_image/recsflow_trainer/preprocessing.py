"""The TFT side of a feature set."""

from collections.abc import Mapping

from recsflow_trainer.features import FeatureSet
from recsflow_trainer.features.declaration import RawColumn
from recsflow_trainer.keras import tf


def preprocess(inputs: Mapping[str, RawColumn], features: FeatureSet) -> dict[str, tf.Tensor]:
    """Transforms raw columns into the inputs of the towers.

    Args:
        inputs: Raw columns by name, as TFX Transform hands them over.
        features: The declared features.

    Returns:
        One dense tensor a feature, by the feature's name, [batch] or [batch, width].
    """
    outputs: dict[str, tf.Tensor] = {}
    for feature in features.features:
        outputs.update(feature.transform(inputs))
    return outputs
