"""Approximate search over the products of a saved retrieval model, for catalogues too large to score in full.

`python -m recsflow_trainer.approximate_search MODEL_FOLDER` writes an index beside the model; it needs the
extra `approximate`. The index knows the towers only: a model's memory of purchases, and leaving out what a
customer bought, are what the exact signatures are for.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recsflow_trainer.keras import tf

FOLDER = "assets.extra"  # what belongs to a SavedModel without being part of its graph
INDEX, IDS = "products.usearch", "product_ids.npy"
CONNECTIVITY = 16
EXPANSION = 128  # products looked at for each that is found, more or less; a search may have another number


@dataclass(frozen=True)
class ApproximateSearch:
    """A saved model with the index of its products.

    Attributes:
        embed: The model's signature of that name.
        ids: [products], in the order of the index's keys.
        index: A usearch index of the products' vectors.
    """

    embed: Any
    ids: np.ndarray
    index: Any

    @classmethod
    def load(cls, model_folder: str | Path) -> "ApproximateSearch":
        """Reads a model and the index beside it.

        Raises:
            FileNotFoundError: There is no index; the message says how to build it.
        """
        folder = Path(model_folder) / FOLDER
        if not (folder / INDEX).exists():
            raise FileNotFoundError(
                f"{folder / INDEX} does not exist; build it with "
                f"`python -m recsflow_trainer.approximate_search {model_folder}`."
            )
        model = tf.saved_model.load(str(model_folder))
        index = _index_type().restore(str(folder / INDEX))
        return cls(model.signatures["embed"], np.load(folder / IDS, allow_pickle=False), index)

    def recommend(self, columns: Mapping[str, tf.Tensor], k: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns about the best products of each customer, best first.

        Args:
            columns: Raw column by name, each [batch].
            k: Products an answer.

        Returns:
            [batch, k] product ids, strings as bytes, and float32 [batch, k] dot products.
        """
        queries = self.embed(**columns)["embedding"].numpy()
        found = self.index.search(queries, k)
        return self.ids[found.keys.astype(np.int64)], 1 - found.distances


def build(model_folder: str | Path) -> Path:
    """Writes the index of a saved model's products beside it and returns its path."""
    model = tf.saved_model.load(str(model_folder))
    retrieval = model if hasattr(model, "product_ids") else model.retrieval
    embeddings = retrieval.embeddings.numpy()
    index = _index_type()(
        ndim=embeddings.shape[1],
        metric="ip",
        dtype="f32",
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION,
        expansion_search=EXPANSION,
    )
    index.add(np.arange(len(embeddings)), embeddings)
    folder = Path(model_folder) / FOLDER
    folder.mkdir(exist_ok=True)
    index.save(str(folder / INDEX))
    ids = retrieval.product_ids.numpy()
    np.save(folder / IDS, ids.astype(np.bytes_) if ids.dtype == object else ids)
    return folder / INDEX


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
