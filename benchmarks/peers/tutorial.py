"""The retrieval tutorial of TensorFlow Recommenders: two id embeddings of 32, Adagrad 0.1, 3 epochs.

Ids are turned into numbers beforehand, which the tutorial does in its model's StringLookup layers, and
metrics are off while training, as it advises: both make it faster.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs
from scipy import sparse

from benchmarks.peers.rows import Rows
from benchmarks.peers.system import best

EMBEDDING_DIM = 32
EPOCHS = 3


class TwoTower(tfrs.Model):
    """The tutorial's model."""

    def __init__(self, customers: int, products: int, shares: np.ndarray | None) -> None:
        super().__init__()
        self.user_model = tf.keras.layers.Embedding(customers, EMBEDDING_DIM)
        self.item_model = tf.keras.layers.Embedding(products, EMBEDDING_DIM)
        self.task = tfrs.tasks.Retrieval()
        self.shares = None if shares is None else tf.constant(shares)

    def compute_loss(self, features: dict[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the in-batch softmax loss."""
        shares = None if self.shares is None else tf.gather(self.shares, features["product"])
        return self.task(
            self.user_model(features["customer"]),
            self.item_model(features["product"]),
            candidate_sampling_probability=shares,
            compute_metrics=not training,
        )


@dataclass
class Tutorial:
    """The tutorial on our rows.

    Attributes:
        batch_size: Rows a step.
        corrected: Whether the loss is corrected for popular products being negatives more often.
        seed: Of the weights and the order of rows.
        epochs: Passes over the rows.
    """

    batch_size: int
    corrected: bool
    seed: int
    epochs: int = EPOCHS
    _model: TwoTower = field(init=False)
    _bought: sparse.csr_matrix = field(init=False)

    def fit(self, rows: Rows) -> int:
        """Trains as the tutorial does: shuffled, batched, cached."""
        tf.keras.utils.set_random_seed(self.seed)
        train = rows.train
        order = np.random.default_rng(self.seed).permutation(len(train.products))
        features = {"customer": train.customers[order], "product": train.products[order]}
        dataset = tf.data.Dataset.from_tensor_slices(features).shuffle(100_000, seed=self.seed)
        counts = np.bincount(train.products, minlength=rows.products)
        shares = (counts / counts.sum()).astype(np.float32) if self.corrected else None
        self._model = TwoTower(rows.customers, rows.products, shares)
        self._model.compile(optimizer=tf.keras.optimizers.Adagrad(0.1))
        self._model.fit(dataset.batch(self.batch_size).cache(), epochs=self.epochs, verbose=0)
        self._bought = rows.counts
        return self.epochs * len(train.products)

    def top(self, customers: np.ndarray, *, novel: bool) -> np.ndarray:
        """Returns the products with the highest dot products."""
        products = self._model.item_model.embeddings.numpy()
        queries = self._model.user_model.embeddings.numpy()
        return best(lambda block: queries[block] @ products.T, customers, self._bought if novel else None)
