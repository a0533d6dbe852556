import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf
from tfx.components.example_gen.utils import dict_to_example
from tfx.proto import example_gen_pb2
from tfx.types import standard_artifacts
from tfx.utils import proto_utils

from recsflow_trainer.errors import ExportedRowsError
from recsflow_trainer.pipeline import parquet_examples
from tests.exported_rows import mark_exported

pytestmark = pytest.mark.tensorflow

ROWS = [
    {"id": 7, "product": "milk", "price": 1.25, "private": True},
    {"id": -1, "product": "brød", "price": None, "private": False},
    {"id": None, "product": None, "price": 0.0, "private": None},
]


def features(serialized):
    example = tf.train.Example.FromString(serialized)
    found = {name: feature.WhichOneof("kind") for name, feature in example.features.feature.items()}
    return {
        name: list(getattr(example.features.feature[name], kind).value)
        for name, kind in found.items()
        if kind
    }


def encode(rows):
    return [features(example) for example in parquet_examples.encode(pa.Table.from_pylist(rows))]


def test_values_become_lists_of_one_and_missing_values_are_left_out():
    assert encode(ROWS) == [
        {"id": [7], "product": [b"milk"], "price": [1.25], "private": [1]},
        {"id": [-1], "product": ["brød".encode()], "private": [0]},
        {"price": [0.0]},
    ]


def test_examples_are_those_of_tfx():
    rows = [{"id": 7, "product": "milk", "price": 1.25}, {"id": -1, "product": "brød", "price": None}]
    assert encode(rows) == [features(dict_to_example(row).SerializeToString()) for row in rows]


def test_zero_is_a_value_where_tfx_takes_it_for_missing():
    row = {"id": 0, "price": 0.0, "product": ""}
    assert encode([row]) == [{"id": [0], "price": [0.0], "product": [b""]}]
    assert features(dict_to_example(row).SerializeToString()) == {}


def test_unsupported_type_names_the_column():
    table = pa.table({"tags": pa.array([["a"]])})
    with pytest.raises(ValueError, match="column tags is of type list"):
        list(parquet_examples.encode(table))


def run(tmp_path, tables, between=lambda folder: None):
    splits = []
    for name, table in tables.items():
        (tmp_path / "rows" / name).mkdir(parents=True)
        pq.write_table(table, tmp_path / "rows" / name / "rows.parquet", row_group_size=40)
        splits.append(example_gen_pb2.Input.Split(name=name, pattern=f"{name}/*.parquet"))
    mark_exported(tmp_path / "rows")
    between(tmp_path / "rows")
    examples = standard_artifacts.Examples()
    examples.uri = str(tmp_path / "examples")
    parquet_examples.Executor().Do(
        {},
        {"examples": [examples]},
        {
            "input_base": str(tmp_path / "rows"),
            "input_config": proto_utils.proto_to_json(example_gen_pb2.Input(splits=splits)),
            "output_data_format": example_gen_pb2.FORMAT_TF_EXAMPLE,
        },
    )
    return examples


def ids(examples, split):
    files = sorted(tf.io.gfile.glob(f"{examples.uri}/Split-{split}/*.gz"))
    return [features(record.numpy())["id"][0] for record in tf.data.TFRecordDataset(files, "GZIP")]


def test_every_row_is_written_once_shuffled_and_the_same_every_time(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_examples, "ROWS_PER_SHARD", 30)
    tables = {"train": pa.table({"id": np.arange(100)}), "test": pa.table({"id": [5, 5]})}
    examples = run(tmp_path / "first", tables)
    assert json.loads(examples.split_names) == ["train", "test"]
    assert sorted(ids(examples, "train")) == list(range(100))
    assert ids(examples, "train") != list(range(100))
    assert ids(examples, "test") == [5, 5]
    assert ids(run(tmp_path / "second", tables), "train") == ids(examples, "train")
    # Row groups of 40, 40 and 20 rows fill two, two and one shards.
    assert len(tf.io.gfile.glob(f"{examples.uri}/Split-train/data_tfrecord-*-of-00005.gz")) == 5


def test_missing_rows_are_named(tmp_path):
    with pytest.raises(ExportedRowsError, match="names no file of train"):
        run(tmp_path, {"train": pa.table({"id": [1]})}, lambda folder: mark_exported(folder, "none/*"))


def test_rows_that_were_changed_after_they_were_exported_do_not_become_examples(tmp_path):
    def change(folder):
        pq.write_table(pa.table({"id": [2]}), folder / "train" / "rows.parquet")

    with pytest.raises(ExportedRowsError, match=r"train/rows.parquet was changed after it was exported"):
        run(tmp_path, {"train": pa.table({"id": [1]})}, change)
