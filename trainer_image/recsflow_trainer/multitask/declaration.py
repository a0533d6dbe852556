"""The declaration of a multitask model: retrieval and ranking on the same towers."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from recsflow_trainer.diagnostics.epoch_probe import EpochProbe
from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.evaluation.result import Evaluation
from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.raw_columns import RawColumnsServer
from recsflow_trainer.examples.splits import Batches
from recsflow_trainer.features.interaction import LABEL_SPEC
from recsflow_trainer.keras import tf
from recsflow_trainer.metrics_file import ColdRows
from recsflow_trainer.multitask.model import MultitaskModel, side_by_side
from recsflow_trainer.overfit.sample import OverfitSample
from recsflow_trainer.ranking.rated_model import (
    RatedIds,
    evaluate_ratings,
    finish_ratings,
    learnt_ratings,
    ratings_probe,
    spread_inputs,
)
from recsflow_trainer.ranking.rating import Rating, check_labels
from recsflow_trainer.ranking.rating_server import RatingServer
from recsflow_trainer.retrieval.declaration import Retrieval
from recsflow_trainer.retrieval.serving import RetrievalServer
from recsflow_trainer.training.config import TrainerConfig


@dataclass(frozen=True, kw_only=True)
class Multitask:
    """Finds the products that a customer may buy next, and predicts the label of each.

    Rows without a label teach retrieval alone, with a warning that counts them.

    Attributes:
        retrieval: The towers, and how they find products.
        rating: The head over both embeddings.
        retrieval_weight: Factor of the retrieval loss in the sum that is trained.
        rating_weight: Factor of the rating loss.
    """

    retrieval: Retrieval
    rating: Rating
    retrieval_weight: float = 1.0
    rating_weight: float = 1.0

    model_type: ClassVar[str] = "multitask"

    def __post_init__(self) -> None:
        for name in ("retrieval_weight", "rating_weight"):
            weight = getattr(self, name)
            if not (math.isfinite(weight) and weight > 0):
                raise DeclarationError(f"Multitask.{name} is {weight}; use a finite number above 0.")
        self.rating.check_towers(self.retrieval.query, self.retrieval.candidate)

    def params(self) -> dict[str, Any]:
        """What tells this model from another, as flat values."""
        return {
            **self.retrieval.params(),
            **self.rating.params(),
            "retrieval_weight": self.retrieval_weight,
            "rating_weight": self.rating_weight,
        }

    def transformed_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        """How to parse a transformed example."""
        return {**self.retrieval.transformed_spec(), **LABEL_SPEC}

    def read(self, fn_args: Any, config: TrainerConfig) -> TransformedInputs:
        """Reads the transformed rows, those without a label too."""
        inputs = self.retrieval.read_rows(fn_args, config, self.transformed_spec())
        return check_labels(inputs, self.rating.label)

    def build(self, inputs: TransformedInputs) -> MultitaskModel:
        """Builds the Keras model; the label's transform is fitted to the train rows."""
        retrieval, train = self.retrieval.build(inputs), inputs.splits.train
        row = {name: tf.constant(values[:1]) for name, values in train.columns.items()}
        return MultitaskModel(
            retrieval,
            self.rating.build(train, embedding_dim=retrieval.query(row).shape[1]),
            retrieval_weight=self.retrieval_weight,
            rating_weight=self.rating_weight,
        )

    def batches(
        self, inputs: TransformedInputs, split: str, batch_size: int, *, seed: int, reshuffle: bool
    ) -> Batches:
        """Returns what the retrieval loss takes, beside as many rows to rate."""
        found = self.retrieval.batches(inputs, split, batch_size, seed=seed, reshuffle=reshuffle)
        # The rating loss teaches the towers too, so that rows kept from them are none to rate either.
        rows = self.retrieval.seen_by_towers(inputs) if split == "train" else inputs.splits[split]
        rated = rows.batches(batch_size, seed=seed, reshuffle=reshuffle)
        return Batches(tf.data.Dataset.zip(found.dataset, rated.dataset).map(side_by_side), found.rows)

    def averages_unseen(self, inputs: TransformedInputs) -> Callable[[MultitaskModel], None]:
        """Returns what gives the values that no row teaches the towers the mean embedding."""
        average = self.retrieval.averages_unseen(inputs)
        return lambda model: average(model.retrieval)

    def finish(self, model: MultitaskModel, inputs: TransformedInputs) -> None:
        """Finishes the towers first, since ratings are levelled with them as they will be."""
        self.retrieval.finish(model.retrieval, inputs)
        finish_ratings(model, inputs.splits)

    def evaluate(self, model: MultitaskModel, inputs: TransformedInputs) -> Evaluation:
        """Measures recall as a retrieval model and ratings as a ranking model, each beside its baselines."""
        found = self.retrieval.evaluate(model.retrieval, inputs)
        towers = (self.retrieval.query, self.retrieval.candidate)
        features = [name for tower in towers for name in tower.transformed_spec()]
        rated = evaluate_ratings(model, inputs, self._ids(inputs), features)
        return Evaluation(
            candidates=found.candidates,
            test={**found.test, **rated.test},
            baselines={**found.baselines, **rated.baselines},
            headline=replace(found.headline, families=[*found.headline.families, *rated.headline.families]),
            variants=found.variants,
            cold=_side_by_side(found.cold, rated.cold),
            measures={**found.measures, "rating_std": rated.measures["score_std"]},
        )

    def epoch_probe(self, inputs: TransformedInputs) -> EpochProbe:
        """Measures recall and ratings of some eval rows after each epoch."""
        found = self.retrieval.epoch_probe(inputs)
        rated = ratings_probe(inputs.splits.eval, self._ids(inputs))
        return lambda model: {**found(model.retrieval), **rated(model)}

    def monitored(self, inputs: TransformedInputs) -> str:
        """Returns the metric that a retrieval model's early stopping monitors."""
        return self.retrieval.monitored(inputs)

    def finished_probe(self, inputs: TransformedInputs) -> EpochProbe | None:
        """Measures recall of some eval rows with histories that have learnt from all other rows alone."""
        found = self.retrieval.finished_probe(inputs)
        return None if found is None else lambda model: found(model.retrieval)

    def overfit_sample(self, inputs: TransformedInputs, rows: int) -> OverfitSample:
        """Picks rows of different customers and products whose labels differ, and asks for both answers."""
        found = self.retrieval.overfit_sample(spread_inputs(inputs, self._ids(inputs), rows), rows)
        train = found.inputs.splits.train
        return OverfitSample(
            found.inputs,
            lambda model: [*found.outputs(model.retrieval), learnt_ratings(model, train)],
        )

    def save(self, model: MultitaskModel, inputs: TransformedInputs, folder: str) -> None:
        """Saves one model that recommends (the default) and rates."""
        server = MultitaskServer(
            self.retrieval.server(model.retrieval, inputs),
            RatingServer(
                inputs.tft_output,
                (*self.retrieval.query.raw_columns, *self.retrieval.candidate.raw_columns),
                query=model.query,
                candidate=model.candidate,
                rating=model.rating,
            ),
        )
        signatures = {**server.retrieval.signatures(), "rate": server.rating.signature()}
        tf.saved_model.save(server, folder, signatures=signatures)

    def _ids(self, inputs: TransformedInputs) -> RatedIds:
        towers = self.retrieval
        return RatedIds.of(
            towers.query.id_feature(towers.customer_id),
            towers.candidate.id_feature(towers.product_id),
            inputs.tft_output,
        )


def _side_by_side(found: Mapping[str, ColdRows], rated: Mapping[str, ColdRows]) -> dict[str, ColdRows]:
    """Returns the rows of retrieval with the measures of the labelled ones among them beside their own."""
    return {
        name: replace(
            rows,
            measures={**rows.measures, **rated[name].measures},
            others={**rows.others, **rated[name].others},
        )
        for name, rows in found.items()
    }


class MultitaskServer(RawColumnsServer):
    """Both servers on one module, so that they share the weights that are saved."""

    def __init__(self, retrieval: RetrievalServer, rating: RatingServer) -> None:
        super().__init__("multitask_server")
        self.retrieval = retrieval
        self.rating = rating
