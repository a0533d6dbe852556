"""From the purchases of training to a scorer of them, fitted to some that were held out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.evaluation.recall import embed
from recsflow_trainer.history.combination import Combination
from recsflow_trainer.history.declaration import History
from recsflow_trainer.history.fitting import Fitting
from recsflow_trainer.history.held_out import HeldOut, enough
from recsflow_trainer.history.purchase_features import PurchaseFeatures, features_at
from recsflow_trainer.history.scorer import HistoryScorer
from recsflow_trainer.keras import tf, tf_keras


@dataclass(frozen=True)
class LearnedHistory:
    """How much each feature weighs, which is learned once and holds for any purchases that are known later.

    Attributes:
        combination: Fitted weights.
        attributes: For each attribute, int64 [products], the value that each product has.
        customers: Number of customers.
        products: Number of products.
    """

    combination: Combination
    attributes: Sequence[np.ndarray]
    customers: int
    products: int

    def scorer(self, seen: Purchases) -> HistoryScorer:
        """Returns the scorer of purchases, with the features as they are at their end."""
        known = seen.known
        end = int(known.seconds.max(initial=0)) + 1
        features = features_at(end, known, self.customers, self.attributes, self.products)
        return HistoryScorer(self.combination, features, self.attributes)


def learn(  # noqa: PLR0913
    history: History,
    others: Purchases,
    eval_rows: Purchases,
    *,
    attributes: Sequence[np.ndarray],
    queries: np.ndarray,
    products: np.ndarray,
) -> LearnedHistory:
    """Fits how much each feature weighs to held out purchases.

    Args:
        history: How.
        others: Every purchase before the test rows that is not among the eval rows.
        eval_rows: The purchases of the eval rows.
        attributes: For each attribute, int64 [products], the value that each product has.
        queries: float32 [customers, dim], from the towers.
        products: float32 [products, dim], from the towers.

    Raises:
        ExamplesError: The weights are fitted to a window, and no purchase is older or none is in it.
    """
    # Another one in a run with another seed.
    seed = int(tf.random.uniform([], maxval=2**31 - 1, dtype=tf.int32))
    customers, from_eval = len(queries), HeldOut.eval_rows(others, eval_rows)
    in_window = history.fitted_to == "window"
    held_out = HeldOut.window(history, Purchases.together(others, eval_rows)) if in_window else from_eval
    transposed = tf.transpose(tf.constant(products))

    def scores(chosen: np.ndarray) -> tf.Tensor:
        return tf.matmul(queries[chosen], transposed)

    def features(now: int, known: Purchases) -> PurchaseFeatures:
        return features_at(now, known, customers, attributes, len(products))

    before = features(held_out.now, held_out.known)
    combination = Combination(before, attributes, seed)
    fitting = Fitting(combination, before, held_out.wanted, seed)
    if not in_window:
        fitting.all_weights(history.epochs, scores)
    else:
        fitting.own_weights(history.epochs)
        withheld = held_out.known_customers(np.flatnonzero(history.is_withheld(np.arange(customers))))
        if not enough(withheld):
            # Customers come and go within the window: what the towers never saw of those who stay is eval.
            before = features(from_eval.now, from_eval.known)
            fitting = Fitting(combination, before, from_eval.wanted, seed)
            withheld = from_eval.known_customers(np.arange(customers))
        fitting.tower_weight(withheld, scores)
    return LearnedHistory(combination, attributes, customers, len(products))


def embed_each(
    tower: tf_keras.Model, features: Mapping[str, np.ndarray], ids: np.ndarray, known: int
) -> np.ndarray:
    """Returns float32 [known, dim], the embedding of one row of each known id; zeros for one without a row.

    Args:
        tower: From features to embeddings.
        features: Of all rows.
        ids: int64 [rows]; those from `known` on are out of vocabulary.
        known: Number of known ids.
    """
    found, rows = np.unique(ids, return_index=True)
    rows, found = rows[found < known], found[found < known]
    embedded = embed(tower, {name: values[rows] for name, values in features.items()})
    every = np.zeros([known, embedded.shape[1]], np.float32)
    every[found] = embedded
    return every
