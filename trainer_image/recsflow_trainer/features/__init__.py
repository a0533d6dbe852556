"""Feature declarations. One declaration drives the TFT preprocessing and the Keras input layer both."""

from recsflow_trainer.features.bucketized import Bucketized
from recsflow_trainer.features.cyclical import Cyclical
from recsflow_trainer.features.declaration import EmbeddedFeature, Feature
from recsflow_trainer.features.feature_set import FeatureSet
from recsflow_trainer.features.hashed_cross import HashedCross
from recsflow_trainer.features.numeric import Numeric
from recsflow_trainer.features.vocabulary import Vocabulary

__all__ = [
    "Bucketized",
    "Cyclical",
    "EmbeddedFeature",
    "Feature",
    "FeatureSet",
    "HashedCross",
    "Numeric",
    "Vocabulary",
]
