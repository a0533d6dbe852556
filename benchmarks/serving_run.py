"""How long a saved model takes to answer: `python -m benchmarks.serving_run MODEL_FOLDER ROWS_FOLDER`.

Runs in the trainer environment and prints JSON: milliseconds by what is asked, each asked in turns.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np
import pyarrow.parquet as pq
import tensorflow as tf

from recsflow_trainer.retrieval.approximate_search import ApproximateSearch, build

TURNS = 40
CUSTOMERS = 100
K = 100


def customers(signature: Any, rows: Path, count: int) -> dict[str, tf.Tensor]:
    """Returns raw columns of customers as the signature takes them; what is not their id is 0 or empty."""
    ids = np.unique(pq.read_table(rows / "train", columns=["household_id"]).column(0).to_numpy())[:count]
    _, specs = signature.structured_input_signature
    columns = {name: tf.zeros([count], spec.dtype) for name, spec in specs.items()}
    return columns | {"household_id": tf.constant(ids, tf.int64)}


def milliseconds(asked: dict[str, Callable[[], Any]]) -> dict[str, list[float]]:
    """Asks each question once to warm up and then in turns; returns the times in milliseconds, sorted."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(TURNS + 1):
        for name, ask in asked.items():
            began = time.perf_counter()
            ask()
            if turn:
                times[name].append(1_000 * (time.perf_counter() - began))
    return {name: sorted(values) for name, values in times.items()}


def main() -> None:
    """Prints the times, and how many of the exact answers the approximate search finds."""
    folder, rows = sys.argv[1], Path(sys.argv[2])
    model = tf.saved_model.load(folder)
    default, recommend = (model.signatures[name] for name in ("serving_default", "recommend"))
    batch, one = (customers(default, rows, count) for count in (CUSTOMERS, 1))
    began = time.perf_counter()
    build(folder)
    build_s = time.perf_counter() - began
    approximate = ApproximateSearch.load(folder)

    def options(exclude_bought: bool) -> dict[str, tf.Tensor]:
        return {"k": tf.constant(K), "exclude_bought": tf.constant(exclude_bought)}

    times = milliseconds(
        {
            "exact": lambda: recommend(**batch, **options(False)),
            "exact_unbought": lambda: recommend(**batch, **options(True)),
            "exact_one_customer": lambda: default(**one),
            "approximate": lambda: approximate.recommend(batch, K),
            "approximate_one_customer": lambda: approximate.recommend(one, K),
        }
    )
    embeddings = model.signatures["embed"](**batch)["embedding"].numpy()
    scores = embeddings @ model.embeddings.numpy().T
    exact = model.product_ids.numpy()[np.argsort(-scores, axis=1)[:, :K]]
    found, _ = approximate.recommend(batch, K)
    hits = [len(set(a) & set(b)) / K for a, b in zip(exact.tolist(), found.tolist(), strict=True)]
    sizes = {"products": len(model.product_ids.numpy()), "embedding_dim": embeddings.shape[1]}
    print(json.dumps({"ms": times, "approximate_recall": np.mean(hits), "build_s": build_s, **sizes}))


if __name__ == "__main__":
    main()
