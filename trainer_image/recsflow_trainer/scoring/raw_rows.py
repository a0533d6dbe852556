"""The test rows of a pipeline, as its ExampleGen read them: raw columns, which every saved model takes."""

from collections.abc import Mapping

import numpy as np

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.examples.splits import Split, read_split
from recsflow_trainer.keras import tf

_LOOKED_AT = 1_000
_TYPES = {"bytes_list": tf.string, "int64_list": tf.int64, "float_list": tf.float32}
_MISSING = {tf.string: "", tf.int64: 0, tf.float32: float("nan")}


def read_raw_rows(examples: str, readers: Mapping[str, str]) -> Split:
    """Reads some columns of the test split.

    A value that is missing is asked for as a caller would: an empty text, 0, or NaN for a decimal.

    Args:
        examples: URI of ExampleGen's output.
        readers: Who needs each column, for messages.

    Raises:
        ExamplesError: There is no test split, or it lacks a column.
    """
    pattern = f"{examples}/Split-test/*"
    types = _types(pattern)
    if missing := [column for column in readers if column not in types]:
        column = missing[0]
        raise ExamplesError(
            f"{readers[column]} reads column {column!r}, which the test rows at {pattern} do not have, only "
            f"{', '.join(sorted(types)) or 'nothing'}; stage it again, or score without that model."
        )
    spec = {name: tf.io.FixedLenFeature([], types[name], _MISSING[types[name]]) for name in readers}
    return read_split([pattern], spec, name="test")


def take_rows(rows: Split, columns: Mapping[str, tf.TensorSpec], places: np.ndarray) -> dict[str, tf.Tensor]:
    """Returns the rows at `places`, int64 [taken], as a signature takes them.

    Raises:
        ExamplesError: A column has another type now.
    """
    return {name: _typed(name, rows.columns[name][places], spec.dtype) for name, spec in columns.items()}


def _typed(name: str, values: np.ndarray, dtype: tf.DType) -> tf.Tensor:
    is_text = values.dtype == object
    if is_text != (dtype == tf.string):
        theirs = "text" if is_text else values.dtype.name
        raise ExamplesError(
            f"Column {name!r} is {theirs} in the test rows, but a model takes {dtype.name}, on which it was "
            "trained; score without that model."
        )
    return tf.constant(values if is_text else values.astype(dtype.as_numpy_dtype))


def _types(pattern: str) -> dict[str, tf.DType]:
    """Returns the type of each column that any of the first rows has a value of."""
    files = sorted(tf.io.gfile.glob(pattern))
    compression = "GZIP" if files and files[0].endswith(".gz") else ""
    types: dict[str, tf.DType] = {}
    for record in tf.data.TFRecordDataset(files, compression).take(_LOOKED_AT) if files else ():
        for name, feature in tf.train.Example.FromString(record.numpy()).features.feature.items():
            if kind := feature.WhichOneof("kind"):
                types[name] = _TYPES[kind]
    return types
