"""The names that a module for TFX Transform may import: features and what applies them, without any model."""

from recsflow_trainer.features import Bucketized, Cyclical, FeatureSet, HashedCross, Numeric, Vocabulary
from recsflow_trainer.preprocessing import preprocess

__all__ = [
    "Bucketized",
    "Cyclical",
    "FeatureSet",
    "HashedCross",
    "Numeric",
    "Vocabulary",
    "preprocess",
]
