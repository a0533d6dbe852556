"""A retrieval model on the test rows: recall beside its baselines, and what the verdict rests on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.baselines.popularity import counts, popularity_ranks
from recsflow_trainer.baselines.recent_popularity import recent_popularity_ranks
from recsflow_trainer.baselines.repeat_purchases import repeat_purchase_ranks
from recsflow_trainer.diagnostics.echo import list_measures
from recsflow_trainer.diagnostics.leakage import product_leakage
from recsflow_trainer.evaluation.candidates import Candidates
from recsflow_trainer.evaluation.cold_rows import cold_rows, is_cold
from recsflow_trainer.evaluation.headline import retrieval_headline
from recsflow_trainer.evaluation.novelty import (
    Ranks,
    TestRows,
    ranks_in_lists,
    recall_by_novelty,
    top_lists,
)
from recsflow_trainer.evaluation.purchases import Purchases, purchases, seen_purchases
from recsflow_trainer.evaluation.recall import CUTOFFS
from recsflow_trainer.evaluation.result import Evaluation
from recsflow_trainer.examples.distinct_rows import distinct_rows
from recsflow_trainer.examples.inputs import TransformedInputs
from recsflow_trainer.examples.splits import Splits
from recsflow_trainer.features import Vocabulary
from recsflow_trainer.keras import tf

BASELINES: dict[str, Callable[[Purchases, TestRows, int], Ranks]] = {
    "popularity": popularity_ranks,
    "recent_popularity": recent_popularity_ranks,
    "repeat_purchases": repeat_purchase_ranks,
}


@dataclass(frozen=True)
class RetrievalTest:
    """The test rows, and everything that a model is measured against on them.

    Attributes:
        splits: The rows.
        customer: Name of the customer's id.
        known_customers: Customer ids from here on are out of vocabulary.
        product: Name of the product's id.
        known_products: Product ids from here on are out of vocabulary.
        candidates: The products that are ranked.
        seen: The purchases before the test rows.
        rows: The test rows.
    """

    splits: Splits
    customer: str
    known_customers: int
    product: str
    known_products: int
    candidates: Candidates
    seen: Purchases
    rows: TestRows

    @classmethod
    def of(
        cls, inputs: TransformedInputs, candidates: Candidates, customer: Vocabulary, product: Vocabulary
    ) -> "RetrievalTest":
        """Reads who bought what.

        Args:
            inputs: The rows.
            candidates: The products that are ranked.
            customer: The customer's id.
            product: The product's id.
        """
        seen = seen_purchases(inputs, candidates, customer, product)
        test = purchases(
            [inputs.splits.test],
            customer=customer.name,
            known_customers=customer.vocabulary_size(inputs.tft_output),
            product=product.name,
            candidates=candidates,
        )
        rows = TestRows.of(seen, test, len(candidates.ids))
        return cls(
            splits=inputs.splits,
            customer=customer.name,
            known_customers=customer.vocabulary_size(inputs.tft_output),
            product=product.name,
            known_products=product.vocabulary_size(inputs.tft_output),
            candidates=candidates,
            seen=seen,
            rows=rows,
        )

    def queries(self, features: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Returns a test row of each distinct query, and for each test row which query it is.

        Args:
            features: Names of what tells queries apart; the customer's id is one of them.
        """
        return distinct_rows({name: self.splits.test.columns[name] for name in features})

    def evaluate(
        self,
        scores: Callable[[int, int], tf.Tensor],
        queries: tuple[np.ndarray, np.ndarray],
        features: Sequence[str],
        measures: dict[str, float],
        *,
        knows_bought: bool,
    ) -> Evaluation:
        """Measures a model and its baselines.

        Args:
            scores: Of the distinct queries from a first one up to another one, float32 [queries, candidates].
            queries: What `queries` returned.
            features: The query's features; each but the customer's id is tried on its own for leakage.
            measures: What is known of the model's embeddings.
            knows_bought: Whether the model itself decides what of a customer's purchases is in a list; then
                baselines that leave them out are its rivals in `recall@k`, too.
        """
        first_row, query = queries
        customers = self.rows.bought.customers[first_row]
        size = len(self.candidates.ids)
        lists = top_lists(scores, customers, self.rows.baskets, size, max(CUTOFFS))
        ranks = ranks_in_lists(lists, query, self.rows.bought.products)
        one_each = lists.all_products[np.unique(customers, return_index=True)[1]]
        repeat, baselines = self.rows.repeat, self.baselines()
        headline = retrieval_headline(float(np.mean(repeat)))
        return Evaluation(
            candidates=size,
            test=recall_by_novelty(ranks, repeat),
            baselines=baselines,
            headline=headline,
            variants=without_bought(baselines) if knows_bought else {},
            cold=cold_rows(
                self.cold,
                lambda rows: {
                    headline.metric: recall_by_novelty(ranks.take(rows), repeat[rows])[headline.metric]
                },
            ),
            measures={
                **measures,
                "repeat_share": float(np.mean(repeat)),
                **list_measures(one_each, counts(self.seen, size)),
                **self._product_leakage(features),
            },
        )

    @property
    def cold(self) -> dict[str, np.ndarray]:
        """Bool [test rows], whether the row's customer or product has no train row."""
        train, test = self.splits.train.columns, self.splits.test.columns
        return {
            name: is_cold(train[key], test[key], known)
            for name, key, known in (
                ("customers", self.customer, self.known_customers),
                ("products", self.product, self.known_products),
            )
        }

    def baselines(self) -> dict[str, dict[str, float]]:
        """Returns the recall of what needs no model."""
        size = len(self.candidates.ids)
        return {
            name: recall_by_novelty(ranks(self.seen, self.rows, size), self.rows.repeat)
            for name, ranks in BASELINES.items()
        }

    def _product_leakage(self, features: Sequence[str]) -> dict[str, float]:
        others = [name for name in features if name != self.customer]
        return product_leakage(self.splits.train.columns, self.splits.test.columns, others, self.product)


def without_bought(baselines: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Returns each baseline's `recall@k` where it leaves out what a customer had bought before."""
    return {
        f"{name}_without_bought": {f"recall@{k}": measured[f"unbought_recall@{k}"] for k in CUTOFFS}
        for name, measured in baselines.items()
    }


def dot_products(queries: np.ndarray, products: np.ndarray) -> Callable[[int, int], tf.Tensor]:
    """Returns what scores some queries against all products.

    Args:
        queries: float32 [queries, dim].
        products: float32 [candidates, dim].
    """
    transposed = tf.transpose(tf.constant(products))
    return lambda start, stop: tf.matmul(queries[start:stop], transposed)
