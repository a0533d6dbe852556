"""The declaration of a two-tower ranking model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from recsflow_trainer.diagnostics.epoch_probe import EpochProbe
from recsflow_trainer.evaluation.result import Evaluation
from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.splits import Batches
from recsflow_trainer.features.interaction import LABEL_SPEC
from recsflow_trainer.keras import tf
from recsflow_trainer.overfit.sample import OverfitSample
from recsflow_trainer.ranking.model import RankingModel
from recsflow_trainer.ranking.rated_model import (
    RatedIds,
    evaluate_ratings,
    finish_ratings,
    learnt_ratings,
    ratings_probe,
    spread_inputs,
)
from recsflow_trainer.ranking.rating import Rating, check_labels, only_labelled
from recsflow_trainer.ranking.rating_server import RatingServer
from recsflow_trainer.towers.two_towers import TwoTowers
from recsflow_trainer.towers.unseen_values import UnseenValues
from recsflow_trainer.training.config import TrainerConfig


@dataclass(frozen=True, kw_only=True)
class Ranking(TwoTowers):
    """Predicts the label of a customer and a product together, such as the money that is spent.

    Rows without a label are left out, with a warning that counts them.

    Attributes:
        rating: The head over both embeddings.
    """

    rating: Rating

    model_type: ClassVar[str] = "ranking"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rating.check_towers(self.query, self.candidate)

    def params(self) -> dict[str, Any]:
        """What tells this model from another, as flat values."""
        return {**self.tower_params(), **self.rating.params()}

    def transformed_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        """How to parse a transformed example."""
        return {**self.tower_spec(), **LABEL_SPEC}

    def read(self, fn_args: Any, config: TrainerConfig) -> TransformedInputs:
        """Reads the transformed rows that have a label."""
        inputs = self.read_rows(fn_args, config, self.transformed_spec())
        return only_labelled(check_labels(inputs, self.rating.label))

    def build(self, inputs: TransformedInputs) -> RankingModel:
        """Builds the Keras model; the label's transform is fitted to the train rows."""
        query, candidate = self.build_towers(inputs.tft_output)
        rating = self.rating.build(inputs.splits.train, self.embedding_dim)
        return RankingModel(query=query, candidate=candidate, rating=rating)

    def batches(
        self, inputs: TransformedInputs, split: str, batch_size: int, *, seed: int, reshuffle: bool
    ) -> Batches:
        """Returns rows in random order."""
        return inputs.splits[split].batches(batch_size, seed=seed, reshuffle=reshuffle)

    def averages_unseen(self, inputs: TransformedInputs) -> Callable[[RankingModel], None]:
        """Returns what gives the values that no row teaches the towers the mean embedding."""
        rows = inputs.splits.train.columns
        of_queries, of_candidates = (UnseenValues(each.inputs, rows) for each in (self.query, self.candidate))

        def average(model: RankingModel) -> None:
            of_queries.average(model.query)
            of_candidates.average(model.candidate)

        return average

    def finish(self, model: RankingModel, inputs: TransformedInputs) -> None:
        """Averages unseen values, and then gives ratings their level."""
        self.averages_unseen(inputs)(model)
        finish_ratings(model, inputs.splits)

    def evaluate(self, model: RankingModel, inputs: TransformedInputs) -> Evaluation:
        """Measures the test rows in the label's own units, beside the means of the rows before them."""
        return evaluate_ratings(model, inputs, self._ids(inputs), list(self.tower_spec()))

    def epoch_probe(self, inputs: TransformedInputs) -> EpochProbe:
        """Measures ratings of some eval rows after each epoch."""
        return ratings_probe(inputs.splits.eval, self._ids(inputs))

    def overfit_sample(self, inputs: TransformedInputs, rows: int) -> OverfitSample:
        """Picks rows of different customers and products whose labels differ."""
        picked = spread_inputs(inputs, self._ids(inputs), rows)
        return OverfitSample(picked, lambda model: [learnt_ratings(model, picked.splits.train)])

    def save(self, model: RankingModel, inputs: TransformedInputs, folder: str) -> None:
        """Saves what answers raw columns of customers and products with ratings."""
        server = RatingServer(
            inputs.tft_output,
            self.raw_columns,
            query=model.query,
            candidate=model.candidate,
            rating=model.rating,
        )
        signature = server.signature()
        tf.saved_model.save(server, folder, signatures={"serving_default": signature, "rate": signature})

    def _ids(self, inputs: TransformedInputs) -> RatedIds:
        return RatedIds.of(self.customer, self.product, inputs.tft_output)
