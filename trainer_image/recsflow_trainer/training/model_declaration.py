"""What training asks of a model type."""

from collections.abc import Sequence
from typing import Any, Protocol

from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.evaluation.result import Evaluation
from recsflow_trainer.examples.splits import Batches
from recsflow_trainer.overfit.sample import OverfitSample
from recsflow_trainer.training.config import TrainerConfig


class RowCount(Protocol):
    """A split, of whatever its rows are made."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        ...


class SplitRows(Protocol):
    """The three splits of an experiment."""

    @property
    def train(self) -> RowCount:
        """What the model learns from."""
        ...

    @property
    def eval(self) -> RowCount:
        """What each epoch is validated on."""
        ...

    @property
    def test(self) -> RowCount:
        """What the trained model is measured on."""
        ...


class Inputs(Protocol):
    """What a model type has read: at least its splits."""

    @property
    def splits(self) -> SplitRows:
        """The rows."""
        ...

    @property
    def warnings(self) -> Sequence[str]:
        """What is odd about the rows, as sentences for the metrics."""
        ...


class ModelDeclaration(Protocol):
    """A model as a trainer module declares it; `Retrieval` is one.

    `inputs` is always what `read` of the same declaration returned.
    """

    @property
    def model_type(self) -> str:
        """Its name in the metrics."""
        ...

    def params(self) -> dict[str, Any]:
        """What tells this model from another, as flat values."""
        ...

    def read(self, fn_args: Any, config: TrainerConfig) -> Any:
        """Reads what the model learns from, as `Inputs` of its own kind."""
        ...

    def build(self, inputs: Any) -> TrackedModel:
        """Returns the Keras model with all its weights."""
        ...

    def batches(self, inputs: Any, split: str, batch_size: int, *, seed: int, reshuffle: bool) -> Batches:
        """Returns one pass over "train", "eval" or "test" as the model's loss takes it.

        Args:
            inputs: The rows.
            split: Name of the split.
            batch_size: Rows a batch, at most.
            seed: Of the order of rows.
            reshuffle: Whether each pass has an order of its own, as training wants it.
        """
        ...

    def overfit_sample(self, inputs: Any, rows: int) -> OverfitSample:
        """Picks the rows that an overfit check learns by heart, and says how to ask the model about them.

        The rows are the first ones of the train split that can be told apart: no two have the same customer
        or product (or are the same graph), and their targets differ as far as possible. `overfit/sample.py`
        has the parts: `rows_without_shared_ids` and `spread_order` pick rows, `Ratings` and `Matches` are the
        answers, scores and targets in the units of the loss.

        Args:
            inputs: The rows.
            rows: How many to pick, at most.
        """
        ...

    def finish(self, model: Any, inputs: Any) -> None:
        """Makes of trained weights the model that is evaluated and saved; nothing changes it afterwards.

        What training has not taught is set here: embeddings of unseen values, the scores of purchase
        histories, a rating's level.
        """
        ...

    def evaluate(self, model: Any, inputs: Any) -> Evaluation:
        """Measures the finished model and its baselines on the whole test split."""
        ...

    def save(self, model: Any, inputs: Any, folder: str) -> None:
        """Writes the finished model as the SavedModel that serves."""
        ...
