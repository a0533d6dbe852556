"""What training asks of a model type."""

from typing import Any, Protocol

import tensorflow_transform as tft

from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.evaluation import Evaluation
from recsflow_trainer.examples import Split, Splits
from recsflow_trainer.keras import tf


class ModelDeclaration(Protocol):
    """A model as a trainer module declares it; `Retrieval` is one."""

    @property
    def model_type(self) -> str:
        """Its name in the metrics."""
        ...

    def params(self) -> dict[str, Any]:
        """What tells this model from another, as flat values."""
        ...

    def transformed_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        """How to parse a transformed example."""
        ...

    def build(self, tft_output: tft.TFTransformOutput, train: Split) -> TrackedModel:
        """Returns the Keras model with all its weights."""
        ...

    def evaluate(self, model: Any, tft_output: tft.TFTransformOutput, splits: Splits) -> Evaluation:
        """Measures the trained model and its baselines on the whole test split."""
        ...

    def save(self, model: Any, tft_output: tft.TFTransformOutput, splits: Splits, folder: str) -> None:
        """Writes the SavedModel that serves."""
        ...
