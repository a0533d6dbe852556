"""Deliberately broken and healthy models, trained on real rows, and the verdict that each gets.

In the trainer environment: `python -m benchmarks.verdict_cases TRANSFORM_FOLDER OUT_FOLDER`; prints a line a
case and JSON as the last line. The Transform output has `household_id` and `product_id`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np

from recsflow_trainer.diagnostics.epoch_probe import EpochProbe
from recsflow_trainer.examples.inputs import TransformedInputs, read_transformed
from recsflow_trainer.examples.splits import Split, Splits
from recsflow_trainer.features import HashedCross, Vocabulary
from recsflow_trainer.keras import tf_keras
from recsflow_trainer.retrieval.declaration import Retrieval
from recsflow_trainer.towers import Dense, Tower
from recsflow_trainer.training.run_fn import train

HOUSEHOLDS_SHARE = 0.25
LEAK = "next_product"
LEAK_BUCKETS = 100_000
ADAM = {"optimizer": "adam", "learning_rate": 0.1}
UNCORRECTED = {"sampling_correction": False}
DEEP = (64, 64, 32)


@dataclass(frozen=True)
class DeadRelu:
    """A layer whose units are all inactive, as too large steps leave them."""

    units: int

    def build(self, name: str) -> tf_keras.layers.Layer:
        """Returns the Keras layer."""
        return tf_keras.layers.Dense(
            self.units,
            activation="relu",
            kernel_initializer="zeros",
            bias_initializer=tf_keras.initializers.Constant(-1.0),
            name=name,
        )


@dataclass(frozen=True)
class Case:
    """A model, how it is trained, and what the verdict should be."""

    name: str
    expected: str
    model: Callable[[], Retrieval]
    training: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """A declaration whose rows are in memory and whose model is not kept."""

    declaration: Retrieval
    inputs: TransformedInputs

    def __getattr__(self, name: str) -> Any:
        return getattr(self.declaration, name)

    def read(self, fn_args: Any, config: Any) -> TransformedInputs:
        """Returns the rows."""
        return self.inputs

    def epoch_probe(self, inputs: TransformedInputs) -> EpochProbe:
        """Returns the declaration's own."""
        return self.declaration.epoch_probe(inputs)

    def averages_unseen(self, inputs: TransformedInputs) -> Callable[[Any], None]:
        """Returns the declaration's own."""
        return self.declaration.averages_unseen(inputs)

    def save(self, model: Any, inputs: Any, folder: str) -> None:
        """Saves nothing."""


def towers(
    dim: int = 32, layers: tuple[int, ...] = (), leak: bool = False, **options: Any
) -> Callable[[], Retrieval]:
    """Returns what declares a model on ids, with relu layers; with `leak` the query is told the product."""

    def declare() -> Retrieval:
        hidden = [Dense(units, activation="relu") for units in layers]
        told = [HashedCross(["product_id", "basket_id"], name=LEAK, buckets=LEAK_BUCKETS, dim=dim)]
        return Retrieval(
            query=Tower([Vocabulary("household_id", dim=dim), *(told if leak else [])], hidden),
            candidate=Tower([Vocabulary("product_id", dim=dim)], hidden),
            customer_id="household_id",
            product_id="product_id",
            embedding_dim=dim,
            **options,
        )

    return declare


def dead_query() -> Retrieval:
    """Returns a model whose query tower ends in inactive units."""
    whole = towers()()
    return replace(whole, query=Tower(whole.query.inputs, [DeadRelu(32)]))


CASES = (
    Case("ids, Adagrad 0.1", "healthy", towers()),
    Case("ids, Adam 0.01", "healthy", towers(), {"optimizer": "adam", "learning_rate": 0.01}),
    Case("ids, cosines, temperature 0.05", "healthy", towers(normalize=True, temperature=0.05)),
    # In two epochs such small steps learn what sells, and nothing about customers.
    Case("three layers, Adagrad 0.01", "popularity_echo", towers(layers=DEEP), {"learning_rate": 0.01}),
    Case(
        "three layers, Adam 0.1, no clipping",
        "collapsed",
        towers(layers=DEEP, **UNCORRECTED),
        {**ADAM, "clipnorm": None},
    ),
    # Adam divides a gradient by its own size, so that shorter gradients take steps as long as before.
    Case(
        "three layers, Adam 0.1, clipped at 0.005",
        "collapsed",
        towers(layers=DEEP, **UNCORRECTED),
        {**ADAM, "clipnorm": 0.005},
    ),
    Case(
        "three layers, Adagrad 0.1, clipped at 0.005",
        "healthy",
        towers(layers=DEEP, **UNCORRECTED),
        {"clipnorm": 0.005},
    ),
    Case(
        "three layers, Adagrad 0.1, no clipping",
        "not collapsed",
        towers(layers=DEEP, **UNCORRECTED),
        {"clipnorm": None},
    ),
    Case("query tower of inactive units", "dead_tower", dead_query),
    Case("embeddings of one dimension", "popularity_echo", towers(dim=1)),
    Case("a query feature made from the product", "suspected_leakage", towers(dim=16, leak=True)),
    Case(
        "ids, SGD 10,000, no clipping",
        "diverged",
        towers(),
        {"optimizer": "sgd", "learning_rate": 1e4, "clipnorm": None},
    ),
)


def load(folder: Path) -> TransformedInputs:
    """Reads the rows of a quarter of the households, with the leak beside them."""
    examples = folder / "transformed_examples"
    fn_args = SimpleNamespace(
        train_files=[str(examples / "Split-train" / "*")],
        eval_files=[str(examples / "Split-eval" / "*")],
        transform_graph_path=str(folder / "transform_graph"),
    )
    inputs = read_transformed(fn_args, towers()().transformed_spec())
    household = Vocabulary("household_id").cardinality(inputs.tft_output)
    kept = np.random.default_rng(1).random(household) < HOUSEHOLDS_SHARE
    splits = inputs.splits
    return replace(
        inputs, splits=Splits(*(_some(split, kept) for split in (splits.train, splits.eval, splits.test)))
    )


def _some(split: Split, kept: np.ndarray) -> Split:
    rows = split.take(np.flatnonzero(kept[split.columns["household_id"]]))
    leak = rows.columns["product_id"] * 7_919 % LEAK_BUCKETS
    return Split(rows.name, {**rows.columns, LEAK: leak})


def run(case: Case, inputs: TransformedInputs, out: Path) -> dict[str, Any]:
    """Trains a case; returns what its metrics file says."""
    training = {"epochs": 2, "batch_size": 2_048, "learning_rate": 0.1, "optimizer": "adagrad", "seed": 7}
    metrics = out / "training_metrics.json"
    config = {
        "experiment_id": "verdicts",
        "metrics_uri": str(metrics),
        "training": {**training, **case.training},
    }
    train(Loaded(case.model(), inputs), SimpleNamespace(custom_config=config, serving_model_dir=str(out)))
    found = json.loads(metrics.read_text())
    given = found["diagnosis"]["verdict"]
    right = given != "collapsed" if case.expected == "not collapsed" else given == case.expected
    return {
        "name": case.name,
        "expected": case.expected,
        "given": given,
        "right": right,
        "epochs": len(found["epochs"]),
        "recall@100": found["test"]["recall@100"],
        "evidence": found["diagnosis"]["evidence"],
        "measures": found["diagnosis"]["measures"],
    }


def main() -> None:
    """Trains every case."""
    folder, out = map(Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    inputs = load(folder)
    results = []
    for case in CASES:
        results.append(run(case, inputs, out))
        print(results[-1], flush=True)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
