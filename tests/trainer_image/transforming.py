"""Runs real TFT over a small table, the way TFX Transform does."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils

from recsflow_trainer.features import FeatureSet
from recsflow_trainer.keras import tf
from recsflow_trainer.preprocessing import preprocess

type Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Transformed:
    """What TFX Transform leaves behind."""

    output: tft.TFTransformOutput
    rows: list[dict[str, Any]]

    def column(self, name: str) -> list[Any]:
        return np.array([row[name] for row in self.rows]).tolist()

    def batch(self) -> dict[str, tf.Tensor]:
        spec = self.output.transformed_feature_spec()
        return {name: tf.constant([row[name] for row in self.rows], spec[name].dtype) for name in spec}

    def apply(self, rows: Rows) -> dict[str, tf.Tensor]:
        """Transforms more rows with the saved graph, as serving does."""
        spec = self.output.raw_feature_spec()
        parsed = tf.io.parse_example([_example(row, spec) for row in rows], spec)
        return self.output.transform_features_layer()(parsed)


def transform(features: FeatureSet, columns: Mapping[str, tf.DType], rows: Rows, folder: Path) -> Transformed:
    """Analyses and transforms rows; a column that some row lacks arrives as SparseTensor."""
    spec = {
        name: tf.io.FixedLenFeature([1], dtype)
        if all(row.get(name) is not None for row in rows)
        else tf.io.VarLenFeature(dtype)
        for name, dtype in columns.items()
    }
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(spec))
    with tempfile.TemporaryDirectory() as temporary, tft_beam.Context(temp_dir=temporary):
        data = [{name: _cell(row.get(name), spec[name]) for name in columns} for row in rows]
        (transformed, transformed_metadata), function = (
            data,
            metadata,
        ) | tft_beam.AnalyzeAndTransformDataset(lambda inputs: preprocess(inputs, features))
        _ = function | tft_beam.WriteTransformFn(str(folder))
    metadata_io.write_metadata(metadata, str(folder / tft.TFTransformOutput.RAW_METADATA_DIR))
    assert (
        schema_utils.schema_as_feature_spec(transformed_metadata.schema).feature_spec
        == features.transformed_spec()
    )
    return Transformed(tft.TFTransformOutput(str(folder)), transformed)


def _cell(value: Any, spec: Any) -> Any:
    if isinstance(spec, tf.io.VarLenFeature):
        return [] if value is None else [value]
    return [value]


def _example(row: Mapping[str, Any], spec: Mapping[str, Any]) -> bytes:
    example = tf.train.Example()
    for name in spec:
        value = row.get(name)
        feature = example.features.feature[name]
        match value:
            case None:
                pass
            case str():
                feature.bytes_list.value.append(value.encode())
            case bytes():
                feature.bytes_list.value.append(value)
            case int():
                feature.int64_list.value.append(value)
            case _:
                feature.float_list.value.append(value)
    return example.SerializeToString()
