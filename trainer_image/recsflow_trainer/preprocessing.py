"""The TFT side of a feature set."""

from collections.abc import Mapping

from recsflow_trainer.features import FeatureSet
from recsflow_trainer.features.declaration import RawColumn
from recsflow_trainer.features.interaction import transformed_date, transformed_label
from recsflow_trainer.keras import tf


def preprocess(inputs: Mapping[str, RawColumn], features: FeatureSet) -> dict[str, tf.Tensor]:
    """Transforms raw columns into the inputs of the towers.

    Args:
        inputs: Raw columns by name, as TFX Transform hands them over.
        features: The declared features.

    Returns:
        One dense tensor a feature, by the feature's name, [batch] or [batch, width]; the date and the label
        beside them.
    """
    outputs: dict[str, tf.Tensor] = {}
    for feature in features.features:
        outputs.update(feature.transform(inputs))
    if features.date:
        outputs.update(transformed_date(inputs, features.date))
    if features.label:
        outputs.update(transformed_label(inputs, features.label))
    return outputs
