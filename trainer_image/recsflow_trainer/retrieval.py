"""The declaration of a two-tower retrieval model."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import tensorflow_transform as tft

from recsflow_trainer.bought_products import BoughtProducts
from recsflow_trainer.diagnostics.embeddings import embedding_measures
from recsflow_trainer.diagnostics.epoch_probe import EpochProbe, retrieval_probe, sample_of
from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.evaluation.candidates import Candidates, unique_candidates
from recsflow_trainer.evaluation.purchases import purchases
from recsflow_trainer.evaluation.recall import embed
from recsflow_trainer.evaluation.result import Evaluation
from recsflow_trainer.evaluation.retrieval import RetrievalTest, dot_products
from recsflow_trainer.examples import Batches
from recsflow_trainer.features import Vocabulary
from recsflow_trainer.features.interaction import DATE_SPEC
from recsflow_trainer.inputs import TransformedInputs, read_transformed
from recsflow_trainer.keras import tf
from recsflow_trainer.overfit.sample import OverfitSample, distinct_rows, known_ids, matches
from recsflow_trainer.retrieval_model import RetrievalModel
from recsflow_trainer.serving import ProductCatalogue, RetrievalServer, raw_ids, save_server
from recsflow_trainer.towers import Tower
from recsflow_trainer.training_config import TrainerConfig


@dataclass(frozen=True)
class Retrieval:
    """Finds the products that a customer may buy next: scores are dot products of two towers' embeddings.

    Attributes:
        query: Tower of the customer.
        candidate: Tower of the product.
        customer_id: Column of the customer's id; a vocabulary of the query tower reads it.
        product_id: Column of the product's id; a vocabulary of the candidate tower reads it.
        embedding_dim: Width of both towers' outputs.
        temperature: Scores are divided by it in the loss; None leaves them as they are.
        normalize: Whether embeddings have length 1, so that scores are cosines. Give a temperature of about
            0.05 with it: a softmax over numbers between -1 and 1 is too flat to learn from.
        sampling_correction: Whether the loss corrects for popular products being negatives more often, by the
            log of each product's share of the training rows (Yi et al., RecSys 2019).
        remove_accidental_hits: Whether another row with the same product is no negative.
    """

    query: Tower
    candidate: Tower
    customer_id: str
    product_id: str
    embedding_dim: int = 32
    temperature: float | None = None
    normalize: bool = False
    sampling_correction: bool = True
    remove_accidental_hits: bool = True

    model_type: ClassVar[str] = "retrieval"

    def __post_init__(self) -> None:
        if self.embedding_dim < 1:
            raise DeclarationError(f"Retrieval.embedding_dim is {self.embedding_dim}; use 1 or more.")
        if self.temperature is not None and not self.temperature > 0:
            raise DeclarationError(
                f"Retrieval.temperature is {self.temperature}; use a number above 0, or None."
            )
        self.query.id_feature(self.customer_id)
        self.candidate.id_feature(self.product_id)
        shared = set(self.query.transformed_spec()) & set(self.candidate.transformed_spec())
        if shared:
            raise DeclarationError(
                f"Retrieval has {', '.join(sorted(shared))} in both towers; "
                "give the features of one tower other names."
            )

    def params(self) -> dict[str, Any]:
        """What tells this model from another, as flat values."""
        return {
            "embedding_dim": self.embedding_dim,
            "temperature": self.temperature,
            "normalize": self.normalize,
            "sampling_correction": self.sampling_correction,
            "remove_accidental_hits": self.remove_accidental_hits,
            "query_inputs": _listed(feature.name for feature in self.query.inputs),
            "candidate_inputs": _listed(feature.name for feature in self.candidate.inputs),
            "query_layers": _listed(self.query.layers),
            "candidate_layers": _listed(self.candidate.layers),
        }

    def transformed_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        """How to parse a transformed example."""
        return {**self.query.transformed_spec(), **self.candidate.transformed_spec(), **DATE_SPEC}

    def read(self, fn_args: Any, config: TrainerConfig) -> TransformedInputs:
        """Reads the transformed rows."""
        return read_transformed(fn_args, self.transformed_spec())

    def build(self, inputs: TransformedInputs) -> RetrievalModel:
        """Builds the Keras model; the training rows tell how often each product is a negative."""
        product, tft_output = self._product, inputs.tft_output
        train = inputs.splits.train
        counts = np.bincount(train.columns[product.name], minlength=product.cardinality(tft_output))
        return RetrievalModel(
            query=self._build_tower(self.query, tft_output, "query"),
            candidate=self._build_tower(self.candidate, tft_output, "candidate"),
            product=product.name,
            temperature=self.temperature,
            product_counts=counts if self.sampling_correction else None,
            remove_accidental_hits=self.remove_accidental_hits,
        )

    def batches(
        self, inputs: TransformedInputs, split: str, batch_size: int, *, seed: int, reshuffle: bool
    ) -> Batches:
        """Returns rows in random order."""
        return inputs.splits[split].batches(batch_size, seed=seed, reshuffle=reshuffle)

    def overfit_sample(self, inputs: TransformedInputs, rows: int) -> OverfitSample:
        """Picks rows of different customers and products, and matches them with one another."""
        split, tft_output = inputs.splits.train, inputs.tft_output
        ids = [
            known_ids(split.columns[feature.name], feature.vocabulary_size(tft_output))
            for feature in (self.query.id_feature(self.customer_id), self._product)
        ]
        picked = split.take(distinct_rows(ids, rows))
        return OverfitSample(
            replace(inputs, splits=replace(inputs.splits, train=picked)),
            lambda model: [matches(model.query, model.candidate, picked.columns, self.temperature)],
        )

    def evaluate(self, model: RetrievalModel, inputs: TransformedInputs) -> Evaluation:
        """Measures recall on the whole test split, with the baselines on the same rows."""
        customer, features = self.query.id_feature(self.customer_id), list(self.query.transformed_spec())
        test = RetrievalTest.of(
            inputs.splits,
            self._candidates(inputs),
            customer=customer.name,
            known_customers=customer.vocabulary_size(inputs.tft_output),
            product=self._product.name,
        )
        distinct = test.queries(features)
        columns = inputs.splits.test.take(distinct[0]).columns
        queries = embed(model.query, {name: columns[name] for name in features})
        products = embed(model.candidate, test.candidates.features)
        measures = embedding_measures(queries, products, self.temperature or 1.0)
        return test.evaluate(dot_products(queries, products), distinct, features, measures)

    def epoch_probe(self, inputs: TransformedInputs) -> EpochProbe:
        """Measures recall of some eval rows after each epoch."""
        return retrieval_probe(
            sample_of(inputs.splits.eval),
            self._candidates(inputs),
            self._product.name,
            list(self.query.transformed_spec()),
        )

    def save(self, model: RetrievalModel, inputs: TransformedInputs, folder: str) -> None:
        """Saves what answers raw columns of a customer with product ids and scores."""
        save_server(self.server(model, inputs), folder)

    def server(self, model: RetrievalModel, inputs: TransformedInputs) -> RetrievalServer:
        """Returns what answers raw columns of a customer with product ids and scores."""
        product, tft_output = self._product, inputs.tft_output
        candidates = self._candidates(inputs)
        raw_type = tft_output.raw_feature_spec()[self.product_id].dtype
        catalogue = ProductCatalogue(
            ids=raw_ids(product.values(tft_output), candidates.ids, raw_type),
            embeddings=embed(model.candidate, candidates.features),
        )
        customer, splits = self.query.id_feature(self.customer_id), inputs.splits
        known = customer.vocabulary_size(tft_output)
        seen = purchases(
            [splits.train, splits.eval],
            customer=customer.name,
            known_customers=known,
            product=product.name,
            candidates=candidates,
        )
        return RetrievalServer(
            tft_output,
            self.query.raw_columns,
            model.query,
            catalogue,
            bought=BoughtProducts(seen, known, len(candidates.ids)),
            customer=customer.name,
        )

    @property
    def _product(self) -> Vocabulary:
        return self.candidate.id_feature(self.product_id)

    def _candidates(self, inputs: TransformedInputs) -> Candidates:
        return unique_candidates(
            [inputs.splits.train, inputs.splits.eval],
            self._product.name,
            list(self.candidate.transformed_spec()),
            self._product.vocabulary_size(inputs.tft_output),
        )

    def _build_tower(self, tower: Tower, tft_output: tft.TFTransformOutput, name: str) -> Any:
        return tower.build(tft_output, name=name, embedding_dim=self.embedding_dim, normalize=self.normalize)


def _listed(parts: Iterable[object]) -> str:
    return ", ".join(str(part) for part in parts)
