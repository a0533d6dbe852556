"""A small experiment on disk, laid out as TFX leaves it: Transform's output and its examples by split."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import tensorflow_transform as tft

from recsflow_trainer.examples.inputs import TransformedInputs, read_transformed
from recsflow_trainer.features import FeatureSet, Vocabulary
from recsflow_trainer.keras import tf
from recsflow_trainer.retrieval.declaration import Retrieval
from recsflow_trainer.towers import Dense, Tower
from tests.trainer_image.transforming import transform

CUSTOMERS = 40
PRODUCTS_PER_DEPARTMENT = 12
DEPARTMENTS = ("bakery", "dairy", "garden", "pet's food")
COLUMNS = {
    "household_id": tf.int64,
    "segment": tf.string,
    "product_id": tf.int64,
    "department": tf.string,
    "bought_at": tf.int64,
    "spent": tf.float32,
}
FIRST_DAY = 1_483_228_800  # 2017-01-01
DAY = 86_400
UNSEEN_PRODUCT = 999_999
FEATURES = FeatureSet(
    query=[Vocabulary("household_id"), Vocabulary("segment")],
    candidate=[Vocabulary("product_id"), Vocabulary("department")],
    date="bought_at",
    label="spent",
)


@dataclass(frozen=True)
class SmallExperiment:
    """Where everything is."""

    folder: Path
    rows: Mapping[str, list[dict[str, Any]]]

    @property
    def tft_output(self) -> tft.TFTransformOutput:
        return tft.TFTransformOutput(str(self.folder / "transform_graph"))

    @property
    def inputs(self) -> TransformedInputs:
        """The transformed rows, as a declaration reads them."""
        return read_transformed(self.fn_args(self.folder), FEATURES.transformed_spec())

    def files(self, split: str) -> str:
        return str(self.folder / "transformed_examples" / f"Split-{split}" / "*")

    def fn_args(self, out: Path, **training: Any) -> SimpleNamespace:
        """What TFX hands to run_fn; `training` overrides the hyperparameters."""
        parameters = {"epochs": 2, "batch_size": 64, "learning_rate": 0.1, "optimizer": "adagrad", "seed": 7}
        return SimpleNamespace(
            custom_config={
                "experiment_id": "small",
                "metrics_uri": str(out / "training_metrics.json"),
                "training": {**parameters, **training},
            },
            train_files=[self.files("train")],
            eval_files=[self.files("eval")],
            transform_graph_path=str(self.folder / "transform_graph"),
            serving_model_dir=str(out / "Format-Serving"),
        )


def declared(hidden: Iterable[int] = (), **changes: Any) -> Retrieval:
    """A retrieval model whose embeddings have different widths, on purpose."""
    layers = [Dense(units, activation="relu") for units in hidden]
    declaration = {
        "query": Tower([Vocabulary("household_id", dim=8), Vocabulary("segment", dim=3)], layers),
        "candidate": Tower([Vocabulary("product_id", dim=8), Vocabulary("department", dim=5)], layers),
        "customer_id": "household_id",
        "product_id": "product_id",
        "embedding_dim": 8,
    }
    return Retrieval(**{**declaration, **changes})


def make_small_experiment(folder: Path) -> SmallExperiment:
    """Writes the experiment: each customer shops in one department, a few products sell to everybody."""
    rows = {
        "train": _rows(1_500, seed=1),
        "eval": _rows(200, seed=2),
        "test": _rows(300, seed=3, first_day=100),
    }
    rows["test"][0] = {**rows["test"][0], "product_id": UNSEEN_PRODUCT}
    transformed = transform(FEATURES, COLUMNS, rows["train"], folder / "transform_graph")
    for name, split in rows.items():
        columns = {name: values.numpy().tolist() for name, values in transformed.apply(split).items()}
        _write(columns, folder / "transformed_examples" / f"Split-{name}")
        _write(
            {name: [row[name] for row in split] for name in COLUMNS}, folder / "examples" / f"Split-{name}"
        )
    return SmallExperiment(folder, rows)


def _rows(count: int, seed: int, first_day: int = 0) -> list[dict[str, Any]]:
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        customer = int(random.integers(CUSTOMERS))
        home = customer % len(DEPARTMENTS)
        department = home if random.random() < 0.8 else 0
        place = min(int(random.geometric(0.25)) - 1, PRODUCTS_PER_DEPARTMENT - 1)
        rows.append(
            {
                "household_id": 1_000 + customer,
                "segment": ("young", "old")[customer % 2],
                "product_id": 50_000 + 100 * department + place,
                "department": DEPARTMENTS[department],
                "bought_at": FIRST_DAY + (first_day + int(random.integers(100))) * DAY,
                # Dearer by department, and for every other customer.
                "spent": 1.0 + department + customer % 2 + float(random.random()),
            }
        )
    return rows


def _write(columns: Mapping[str, list[Any]], folder: Path) -> None:
    folder.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(folder / "part-00000-of-00001.gz"), "GZIP") as writer:
        for values in zip(*columns.values(), strict=True):
            example = tf.train.Example()
            for name, value in zip(columns, values, strict=True):
                feature = example.features.feature[name]
                if isinstance(value, str):
                    feature.bytes_list.value.append(value.encode())
                else:
                    kept = feature.float_list if isinstance(value, float) else feature.int64_list
                    kept.value.append(value)
            writer.write(example.SerializeToString())
