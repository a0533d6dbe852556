"""Recall over all test rows, ours and TensorFlow Recommenders' in turns.

In the trainer environment: `python -m benchmarks.recall_run ROWS_FOLDER`; prints JSON. The embeddings are
random, since the time does not depend on them. Ours measures all rows, the peer as many as fit some seconds.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

from benchmarks.peers.rows import Rows, read_rows
from recsflow_trainer.evaluation.novelty import TestRows, ranks_in_lists, recall_by_novelty, top_lists
from recsflow_trainer.evaluation.purchases import Purchases
from recsflow_trainer.evaluation.retrieval import dot_products
from recsflow_trainer.examples.distinct_rows import distinct_rows

DIM = 128
TURNS = 3
QUERY_BATCH = 4_096
PEER_ROWS = {128: 2_048, 4_096: 8_192}


def ours(rows: Rows, queries: np.ndarray, products: np.ndarray) -> tuple[dict[str, float], float]:
    """Returns recall of all test rows, of repeat and novel rows too, and the seconds that it took."""
    seen, test = (
        Purchases(part.customers.astype(np.int64), part.products.astype(np.int64), part.seconds)
        for part in (rows.train, rows.test)
    )
    began = time.perf_counter()
    measured = TestRows.of(seen, test, len(products))
    first_row, query = distinct_rows({"customer": test.customers})
    customers = test.customers[first_row]
    scores = dot_products(queries[customers], products)
    lists = top_lists(scores, customers, measured.baskets, len(products), 100)
    found = recall_by_novelty(ranks_in_lists(lists, query, test.products), measured.repeat)
    return found, time.perf_counter() - began


def peer(
    rows: Rows, queries: np.ndarray, products: np.ndarray, candidate_batch: int
) -> tuple[float, int, float]:
    """Returns FactorizedTopK's recall@100 of the first rows, their number and the seconds that it took."""
    candidates = tf.data.Dataset.from_tensor_slices(products).batch(candidate_batch)
    metric = tfrs.metrics.FactorizedTopK(candidates=candidates, ks=(100,))
    count = PEER_ROWS[candidate_batch]
    customers, bought = rows.test.customers[:count], rows.test.products[:count]
    began = time.perf_counter()
    for start in range(0, count, QUERY_BATCH):
        batch = slice(start, start + QUERY_BATCH)
        metric.update_state(queries[customers[batch]], products[bought[batch]])
    seconds = time.perf_counter() - began
    return float(metric.result()[0]), count, seconds


def main() -> None:
    """Prints the measurements."""
    rows = read_rows(Path(sys.argv[1]))
    random = np.random.default_rng(1)
    queries, products = (
        random.normal(size=[count, DIM]).astype(np.float32) for count in (rows.customers, rows.products)
    )
    ours(rows, queries, products)  # traces
    turns: dict[str, list[Any]] = {"ours": [], **{f"peer_{size}": [] for size in PEER_ROWS}}
    for _ in range(TURNS):
        found, seconds = ours(rows, queries, products)
        turns["ours"].append(len(rows.test.products) / seconds)
        for size in PEER_ROWS:
            _, count, seconds = peer(rows, queries, products, size)
            turns[f"peer_{size}"].append(count / seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(
        json.dumps({"rows_per_s": turns, "rows": len(rows.test.products), "recall": found, "peak_gb": peak})
    )


if __name__ == "__main__":
    main()
