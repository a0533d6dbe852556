"""The test rows of a pipeline, as its ExampleGen read them: raw columns, which every saved model takes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.examples.splits import Split, read_split
from recsflow_trainer.features.densify import MISSING_NUMBER
from recsflow_trainer.keras import tf
from recsflow_trainer.scoring.saved_model import Signature

_TYPES = {"bytes_list": tf.string, "int64_list": tf.int64, "float_list": tf.float32}
_MISSING = {tf.string: "", tf.int64: MISSING_NUMBER, tf.float32: float("nan")}


@dataclass(frozen=True)
class Reader:
    """Who reads a column of the rows.

    Attributes:
        name: For messages.
        dtype: As what it is read, where the reader knows; a column without any value has no type of its own.
    """

    name: str
    dtype: tf.DType = tf.string


def read_raw_rows(examples: str, readers: Mapping[str, Reader]) -> Split:
    """Reads some columns of the test split; a value that is missing is '', `MISSING_NUMBER` or NaN.

    Args:
        examples: URI of ExampleGen's output.
        readers: Who needs each column.

    Raises:
        ExamplesError: There is no test split, or it lacks a column.
    """
    pattern = f"{examples}/Split-test/*"
    types = _types(pattern, readers)
    if missing := [column for column in readers if column not in types]:
        column = missing[0]
        raise ExamplesError(
            f"{readers[column].name} reads column {column!r}, which the test rows at {pattern} do not have, "
            f"only {', '.join(sorted(types)) or 'nothing'}; stage it again, or score without that model."
        )
    found = {name: types[name] or reader.dtype for name, reader in readers.items()}
    spec = {name: tf.io.FixedLenFeature([], dtype, _MISSING[dtype]) for name, dtype in found.items()}
    return read_split([pattern], spec, name="test")


def take_rows(rows: Split, signature: Signature, places: np.ndarray) -> dict[str, tf.Tensor]:
    """Returns the rows at `places`, int64 [taken], as a signature takes them.

    Raises:
        ExamplesError: A column has another type now.
    """
    return {
        name: _typed(name, rows.columns[name][places], spec.dtype, signature.missing_number)
        for name, spec in signature.columns.items()
    }


def has_value(values: np.ndarray) -> np.ndarray:
    """Returns bool [rows], whether a column of numbers has a value there."""
    return ~np.isnan(values) if values.dtype.kind == "f" else values != MISSING_NUMBER


def _typed(name: str, values: np.ndarray, dtype: tf.DType, missing_number: int) -> tf.Tensor:
    is_text = values.dtype == object
    if is_text != (dtype == tf.string):
        theirs = "text" if is_text else values.dtype.name
        raise ExamplesError(
            f"Column {name!r} is {theirs} in the test rows, but a model takes {dtype.name}, on which it was "
            "trained; score without that model."
        )
    if is_text:
        return tf.constant(values)
    missing = np.nan if dtype.is_floating else missing_number
    return tf.constant(np.where(has_value(values), values, missing).astype(dtype.as_numpy_dtype))


def _types(pattern: str, wanted: Mapping[str, Reader]) -> dict[str, tf.DType | None]:
    """Returns the type of each column, as far as one has to read for those that are wanted.

    A column without a value in any row has the type None.
    """
    files = sorted(tf.io.gfile.glob(pattern))
    compression = "GZIP" if files and files[0].endswith(".gz") else ""
    types: dict[str, tf.DType | None] = {}
    for record in tf.data.TFRecordDataset(files, compression) if files else ():
        for name, feature in tf.train.Example.FromString(record.numpy()).features.feature.items():
            kind = feature.WhichOneof("kind")
            types[name] = types.get(name) or (_TYPES[kind] if kind else None)
        if all(types.get(name) for name in wanted):
            break
    return types
