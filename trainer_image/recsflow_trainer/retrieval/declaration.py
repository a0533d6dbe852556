"""The declaration of a two-tower retrieval model."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from recsflow_trainer.diagnostics.embeddings import embedding_measures
from recsflow_trainer.diagnostics.epoch_probe import EpochProbe, retrieval_probe
from recsflow_trainer.evaluation.candidates import Candidates, unique_candidates
from recsflow_trainer.evaluation.headline import retrieval_headline
from recsflow_trainer.evaluation.purchases import Purchases, eval_apart, seen_purchases
from recsflow_trainer.evaluation.recall import embed
from recsflow_trainer.evaluation.result import Evaluation
from recsflow_trainer.evaluation.retrieval import RetrievalTest, dot_products
from recsflow_trainer.examples.distinct_rows import combinations
from recsflow_trainer.examples.grouped_rows import group_rows, log_recency
from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.splits import Batches, Split
from recsflow_trainer.features.interaction import DATE_SPEC
from recsflow_trainer.history.declaration import History
from recsflow_trainer.history.learning import LearnedHistory, embed_each, learn
from recsflow_trainer.history.scorer import HistoryScorer
from recsflow_trainer.keras import tf
from recsflow_trainer.overfit.sample import OverfitSample, known_ids, matches, rows_without_shared_ids
from recsflow_trainer.retrieval.bought_products import BoughtProducts
from recsflow_trainer.retrieval.model import RetrievalModel
from recsflow_trainer.retrieval.options import RetrievalOptions
from recsflow_trainer.retrieval.product_bias import BiasedCandidate, UnitQuery, log_popularity
from recsflow_trainer.retrieval.serving import ProductCatalogue, RetrievalServer, raw_ids, save_server
from recsflow_trainer.retrieval.validation import Validation
from recsflow_trainer.towers.unseen_values import UnseenValues
from recsflow_trainer.training.config import TrainerConfig

VALIDATED_QUERIES = 512


@dataclass(frozen=True, kw_only=True)
class Retrieval(RetrievalOptions):
    """Finds the products that a customer may buy next: scores are dot products of two towers' embeddings."""

    model_type: ClassVar[str] = "retrieval"

    def transformed_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        """How to parse a transformed example."""
        return {**self.tower_spec(), **DATE_SPEC}

    def read(self, fn_args: Any, config: TrainerConfig) -> TransformedInputs:
        """Reads the transformed rows."""
        return self.read_rows(fn_args, config, self.transformed_spec())

    def build(self, inputs: TransformedInputs) -> RetrievalModel:
        """Builds the Keras model; the training rows tell how popular each product is."""
        product, tft_output, train = self.product, inputs.tft_output, inputs.splits.train
        ids, cardinality = train.columns[product.name], product.cardinality(tft_output)
        query, candidate = self.build_towers(tft_output)
        if self.product_bias:
            recent = np.bincount(ids, np.exp(log_recency(train, self.half_life_days)), minlength=cardinality)
            bias = (self.temperature or 1.0) * log_popularity(recent)
            query, candidate = UnitQuery(query), BiasedCandidate(candidate, product.name, bias)
        drawn = self.seen_by_towers(inputs).columns[product.name]
        counts = np.bincount(drawn, minlength=cardinality)
        loss = self.loss_options.build(self._candidates(inputs), product.name, counts)
        return RetrievalModel(query=query, candidate=candidate, loss=loss)

    def batches(
        self, inputs: TransformedInputs, split: str, batch_size: int, *, seed: int, reshuffle: bool
    ) -> Batches:
        """Returns rows in random order, grouped by query unless the loss compares rows.

        Without reshuffling, which is how a loss is validated, grouped rows are those of some queries.
        """
        rows = self.seen_by_towers(inputs) if split == "train" else inputs.splits[split]
        if self.loss == "in_batch":
            return rows.batches(batch_size, seed=seed, reshuffle=reshuffle)
        positions = self._candidates(inputs).positions(rows.columns[self.product.name])
        weights = log_recency(rows, self.half_life_days)
        grouped = group_rows(rows, list(self.query.transformed_spec()), positions, weights)
        grouped = grouped if reshuffle else grouped.sample(VALIDATED_QUERIES, seed)
        return grouped.batches(batch_size, seed=seed, reshuffle=reshuffle)

    def overfit_sample(self, inputs: TransformedInputs, rows: int) -> OverfitSample:
        """Picks rows of different customers and products, and matches them with one another."""
        split, tft_output = self.seen_by_towers(inputs), inputs.tft_output
        ids = [
            known_ids(split.columns[feature.name], feature.vocabulary_size(tft_output))
            for feature in (self.customer, self.product)
        ]
        picked = split.take(rows_without_shared_ids(ids, rows))
        return OverfitSample(
            replace(inputs, splits=replace(inputs.splits, train=picked)),
            lambda model: [matches(model.query, model.candidate, picked.columns, self.temperature)],
        )

    def averages_unseen(self, inputs: TransformedInputs) -> Callable[[RetrievalModel], None]:
        """Returns what gives the values that no row teaches the towers the mean embedding."""
        taught = self.seen_by_towers(inputs).columns
        drawn = self.loss != "in_batch" or self.negatives
        negatives = self._candidates(inputs).features if drawn else None
        of_queries = UnseenValues(self.query.inputs, taught)
        of_candidates = UnseenValues(self.candidate.inputs, taught, negatives)

        def average(model: RetrievalModel) -> None:
            of_queries.average(model.query)
            of_candidates.average(model.candidate)

        return average

    def finish(self, model: RetrievalModel, inputs: TransformedInputs) -> None:
        """Averages unseen values, and then learns to score purchase histories beside the towers.

        The weight of the towers is fitted to customers of whom they have seen few rows, or none.
        """
        self.averages_unseen(inputs)(model)
        if self.history:
            # What is measured of eval rows afterwards is not learned from.
            model.learned_history = self._learn(self.history, model, self._validation(inputs).others)
            model.history_scorer = model.learned_history.scorer(self._seen(inputs))

    def evaluate(self, model: RetrievalModel, inputs: TransformedInputs) -> Evaluation:
        """Measures recall on the whole test split, with the baselines on the same rows."""
        customer, features = self.customer, list(self.query.transformed_spec())
        test = RetrievalTest.of(inputs, self._candidates(inputs), customer, self.product)
        distinct = test.queries(features)
        columns = inputs.splits.test.take(distinct[0]).columns
        queries = embed(model.query, {name: columns[name] for name in features})
        products = embed(model.candidate, test.candidates.features)
        measures = embedding_measures(queries, products, self.temperature or 1.0)
        scorer = model.history_scorer
        if scorer is None:
            scores = dot_products(queries, products)
        else:
            scores = scorer.on(columns[customer.name], queries, products)
        return test.evaluate(scores, distinct, features, measures, knows_bought=scorer is not None)

    def epoch_probe(self, inputs: TransformedInputs) -> EpochProbe:
        """Measures recall of some eval rows after each epoch, by the towers alone."""
        return retrieval_probe(
            self._validation(inputs).rows,
            lambda model, queries, products: dot_products(queries, products),
            with_history=self.history is not None,
            factorized_top_k=self.factorized_top_k,
        )

    def monitored(self, inputs: TransformedInputs) -> str:
        """Returns the headline of the eval rows, as far as the towers alone decide about it."""
        repeat_share = 0.0 if self.history else float(np.mean(self._validation(inputs).rows.test.repeat))
        return f"val_{retrieval_headline(repeat_share).metric}"

    def finished_probe(self, inputs: TransformedInputs) -> EpochProbe | None:
        """Measures recall of some eval rows with the purchase histories of all other rows alone."""
        if self.history is None:
            return None
        validation = self._validation(inputs)

        def scores(
            model: RetrievalModel, queries: np.ndarray, products: np.ndarray
        ) -> Callable[[int, int], tf.Tensor]:
            if model.learned_history is None:
                raise LookupError("The model was not finished before it is measured.")
            scorer = model.learned_history.scorer(self._seen(validation.others))
            return scorer.on(validation.rows.test.bought.customers, queries, products)

        return retrieval_probe(validation.rows, scores, with_history=True)

    def save(self, model: RetrievalModel, inputs: TransformedInputs, folder: str) -> None:
        """Saves what answers raw columns of a customer with product ids and scores."""
        save_server(self.server(model, inputs), folder)

    def server(self, model: RetrievalModel, inputs: TransformedInputs) -> RetrievalServer:
        """Returns what answers raw columns of a customer with product ids and scores."""
        product, tft_output, candidates = self.product, inputs.tft_output, self._candidates(inputs)
        raw_type = tft_output.raw_feature_spec()[self.product_id].dtype
        catalogue = ProductCatalogue(
            ids=raw_ids(product.values(tft_output), candidates.ids, raw_type),
            embeddings=embed(model.candidate, candidates.features),
        )
        bought: HistoryScorer | BoughtProducts | None = model.history_scorer
        if bought is None:
            bought = BoughtProducts(
                self._seen(inputs), self.customer.vocabulary_size(tft_output), len(candidates.ids)
            )
        return RetrievalServer(
            tft_output,
            self.query.raw_columns,
            model.query,
            catalogue,
            bought=bought,
            customer=self.customer.name,
        )

    def seen_by_towers(self, inputs: TransformedInputs) -> Split:
        """Returns the training rows without those that the weight of the towers is fitted to."""
        if self.history is None:
            return inputs.splits.train
        return self.history.seen_by_towers(inputs, self.customer.name)

    def _validation(self, inputs: TransformedInputs) -> Validation:
        return Validation.of(
            inputs,
            self._candidates(inputs),
            self.customer,
            self.product,
            queries=list(self.query.transformed_spec()),
            with_history=self.history is not None,
        )

    def _candidates(self, inputs: TransformedInputs) -> Candidates:
        return unique_candidates(
            [inputs.splits.train, inputs.splits.eval],
            self.product.name,
            list(self.candidate.transformed_spec()),
            self.product.vocabulary_size(inputs.tft_output),
        )

    def _seen(self, inputs: TransformedInputs) -> Purchases:
        return seen_purchases(inputs, self._candidates(inputs), self.customer, self.product)

    def _learn(self, history: History, model: RetrievalModel, inputs: TransformedInputs) -> LearnedHistory:
        """Returns how much each feature of a history weighs beside trained towers."""
        candidates, train = self._candidates(inputs), inputs.splits.train
        columns = {name: train.columns[name] for name in self.query.transformed_spec()}
        customers = self.customer.vocabulary_size(inputs.tft_output)
        kinds = [f.name for f in self.candidate.vocabularies if f != self.product]
        return learn(
            history,
            *eval_apart(inputs, candidates, self.customer, self.product),
            attributes=[combinations(candidates.features[name]) for name in kinds],
            queries=embed_each(model.query, columns, columns[self.customer.name], customers),
            products=embed(model.candidate, candidates.features),
        )
