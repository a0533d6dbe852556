"""Approximate search over the products of a saved retrieval model, for catalogues too large to score in full.

`python -m recsflow_trainer.retrieval.approximate_search MODEL_FOLDER` writes an index beside the model; it
needs the extra `approximate`. The index knows the towers only: a model's scores of purchase histories, and
leaving out what a customer bought, are what the exact signatures are for.
"""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from recsflow_trainer.keras import tf

FOLDER = "assets.extra"  # what belongs to a SavedModel without being part of its graph
INDEX, PRODUCTS = "products.usearch", "products.npz"
CONNECTIVITY = 16
EXPANSION_ADD = 128
EXPANSION_SEARCH = 256  # of a search: more finds more of the best, and takes longer


@dataclass(frozen=True)
class Space:
    """Where the index looks for dot products: products moved to their mean, and dimensions evened out.

    An index walks from product to product by their own dot products. A dimension in which all are alike but
    far from 0, such as a bias, would make all of them neighbours of the same few. A query gets back by its
    own scale what products lose by theirs, and the mean adds the same number to every score of a query, so
    that the order of products stays.

    Attributes:
        centre: float32 [dim].
        scale: float32 [dim], by which products are divided and queries multiplied.
    """

    centre: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, products: np.ndarray) -> "Space":
        """Returns the space of some products, float32 [products, dim]."""
        scale = np.sqrt(products.std(axis=0))
        return cls(products.mean(axis=0), np.where(scale > 0, scale, 1).astype(np.float32))

    def products(self, embeddings: np.ndarray) -> np.ndarray:
        """Returns the products' vectors, float32 [products, dim]."""
        return (embeddings - self.centre) / self.scale

    def queries(self, embeddings: np.ndarray) -> np.ndarray:
        """Returns the queries' vectors, float32 [queries, dim]."""
        return embeddings * self.scale

    def left_out(self, queries: np.ndarray) -> np.ndarray:
        """Returns float32 [queries, 1], what the vectors' dot products lack to the embeddings'."""
        return (queries @ self.centre)[:, None]


@dataclass(frozen=True)
class ApproximateSearch:
    """A saved model with the index of its products.

    Attributes:
        embed: The model's signature of that name.
        ids: [products], in the order of the index's keys.
        space: Of the index's vectors.
        index: A usearch index of the products' vectors.
    """

    embed: Any
    ids: np.ndarray
    space: "Space"
    index: Any

    @classmethod
    def load(cls, model_folder: str) -> "ApproximateSearch":
        """Reads a model and the index beside it.

        Raises:
            FileNotFoundError: There is no index; the message says how to build it.
        """
        folder = f"{model_folder}/{FOLDER}"
        if not tf.io.gfile.exists(f"{folder}/{INDEX}"):
            raise FileNotFoundError(
                f"{folder}/{INDEX} does not exist; build it with "
                f"`python -m recsflow_trainer.retrieval.approximate_search {model_folder}`."
            )
        model = tf.saved_model.load(model_folder)
        with tempfile.TemporaryDirectory() as local:
            for name in (INDEX, PRODUCTS):
                tf.io.gfile.copy(f"{folder}/{name}", f"{local}/{name}")
            index = _index_type().restore(f"{local}/{INDEX}")
            kept = dict(np.load(f"{local}/{PRODUCTS}", allow_pickle=False))
        index.expansion_search = EXPANSION_SEARCH
        return cls(model.signatures["embed"], kept["ids"], Space(kept["centre"], kept["scale"]), index)

    def recommend(self, columns: Mapping[str, tf.Tensor], k: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns about the best products of each customer, best first.

        Args:
            columns: Raw column by name, each [batch].
            k: Products an answer.

        Returns:
            [batch, k] product ids, strings as bytes, and float32 [batch, k] dot products.
        """
        queries = self.embed(**columns)["embedding"].numpy()
        found = self.index.search(self.space.queries(queries), k)
        scores = 1 - found.distances + self.space.left_out(queries)
        return self.ids[found.keys.astype(np.int64)], scores


def build(model_folder: str) -> str:
    """Writes the index of a saved model's products beside it and returns its path."""
    model = tf.saved_model.load(model_folder)
    retrieval = model if hasattr(model, "product_ids") else model.retrieval
    embeddings = retrieval.embeddings.numpy()
    index, space = index_of(embeddings), Space.of(embeddings)
    ids = retrieval.product_ids.numpy()
    ids = ids.astype(np.bytes_) if ids.dtype == object else ids
    folder = f"{model_folder}/{FOLDER}"
    tf.io.gfile.makedirs(folder)
    # The libraries write to this machine only; the model may be in a bucket.
    with tempfile.TemporaryDirectory() as local:
        index.save(f"{local}/{INDEX}")
        np.savez(f"{local}/{PRODUCTS}", ids=ids, centre=space.centre, scale=space.scale)
        for name in (INDEX, PRODUCTS):
            tf.io.gfile.copy(f"{local}/{name}", f"{folder}/{name}", overwrite=True)
    return f"{folder}/{INDEX}"


def index_of(embeddings: np.ndarray) -> Any:
    """Returns a usearch index of products, float32 [products, dim], in the space of them."""
    index = _index_type()(
        ndim=embeddings.shape[1],
        metric="ip",
        dtype="f32",
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD,
        expansion_search=EXPANSION_SEARCH,
    )
    vectors = Space.of(embeddings).products(embeddings)
    index.add(np.arange(len(embeddings)), vectors, threads=1)  # of several, first products can stay unlinked
    return index


def _index_type() -> Any:
    try:
        from usearch.index import Index
    except ImportError as error:
        raise ImportError(
            "Approximate search needs usearch; install recsflow-trainer with the extra 'approximate'."
        ) from error
    return Index


if __name__ == "__main__":
    print(build(sys.argv[1]))
