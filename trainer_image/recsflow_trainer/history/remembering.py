"""From the purchases of training to a memory of them, fitted to its last weeks."""

from collections.abc import Mapping, Sequence

import numpy as np

from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.evaluation.recall import embed
from recsflow_trainer.history.combination import Combination
from recsflow_trainer.history.declaration import History
from recsflow_trainer.history.fitting import Fitting
from recsflow_trainer.history.memory import Memory
from recsflow_trainer.history.signals import signals_at
from recsflow_trainer.keras import tf, tf_keras

_TOWER_EPOCHS = 3


def remember(
    history: History,
    seen: Purchases,
    *,
    attributes: Sequence[np.ndarray],
    queries: np.ndarray,
    products: np.ndarray,
) -> Memory:
    """Fits how much each sign counts to the last window, and keeps the signs as they are at its end.

    Args:
        history: How.
        seen: Every purchase before the end of training.
        attributes: For each attribute, int64 [products], the value that each product has.
        queries: float32 [customers, dim], from the towers.
        products: float32 [products, dim], from the towers.

    Raises:
        ExamplesError: No purchase before the window, or none in it.
    """
    known, customers = seen.known, len(queries)
    begin, end = history.window(known.seconds)
    before = signals_at(begin, known, customers, attributes, len(products))
    seed = int(
        tf.random.uniform([], maxval=2**31 - 1, dtype=tf.int32)
    )  # another one in a run with another seed
    combination = Combination(before, attributes, seed)
    fitting = Fitting(combination, before, known.take(known.seconds >= begin), seed)
    fitting.own_weights(history.epochs)
    transposed = tf.transpose(tf.constant(products))
    withheld = np.flatnonzero(history.is_withheld(np.arange(customers)))
    fitting.tower_weight(withheld, lambda chosen: tf.matmul(queries[chosen], transposed), _TOWER_EPOCHS)
    del fitting, before  # as large as the signs that come next
    return Memory(combination, signals_at(end, known, customers, attributes, len(products)), attributes)


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
