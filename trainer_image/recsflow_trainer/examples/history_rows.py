"""The rows that a sample leaves out: nobody learns from them, but they tell what customers had bought.

They come as Parquet files with the raw ids, beside the transformed examples and not through Transform, so
that TFX has the sample alone to work on.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tensorflow_transform as tft
from pydantic import Field

from recsflow_trainer.config_section import Section
from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.examples.raw_columns import as_traced
from recsflow_trainer.examples.splits import Split
from recsflow_trainer.exported_rows import exported_files
from recsflow_trainer.features import Vocabulary
from recsflow_trainer.features.interaction import INTERACTION_DATE, INTERACTION_LABEL
from recsflow_trainer.keras import tf

_IDS_A_CALL = 8_192


class HistoryFiles(Section):
    """Where the rows outside the sample are.

    Attributes:
        uri: Folder of Parquet files.
        date: Column of the moment, in seconds since 1970.
        label: Column of the number that a ranking model learns; None where there is none.
    """

    uri: str = Field(min_length=1, description="the URI of the rows outside the sample")
    date: str = Field(min_length=1, description="their column of the date")
    label: str | None = Field(default=None, min_length=1, description="their column of the label, or null")


def read_history(
    files: HistoryFiles, tft_output: tft.TFTransformOutput, ids: Sequence[Vocabulary], *, labelled: bool
) -> Split:
    """Reads the rows as Transform would have made them.

    Args:
        files: Where they are.
        tft_output: Transform's graph, which has the vocabularies.
        ids: The customer's and the product's id.
        labelled: Whether the label is read.

    Raises:
        ExamplesError: A file lacks a column.
        ExportedRowsError: No file, or one that was changed.
    """
    columns = {feature.name: feature.column for feature in ids} | {INTERACTION_DATE: files.date}
    if labelled:
        columns[INTERACTION_LABEL] = files.label or ""
    rows = _read(files.uri, list(columns.values()))
    found = {feature.name: _transformed(rows[feature.column], feature, tft_output) for feature in ids}
    found[INTERACTION_DATE] = rows[files.date].fill_null(0).to_numpy().astype(np.int64)
    if labelled:
        found[INTERACTION_LABEL] = rows[columns[INTERACTION_LABEL]].to_numpy().astype(np.float32)
    return Split("history", found)


def _read(uri: str, columns: list[str]) -> pa.Table:
    tables = []
    for exported in exported_files(uri):
        file = pq.ParquetFile(pa.BufferReader(exported.read()))
        if missing := [name for name in columns if name not in file.schema_arrow.names]:
            raise ExamplesError(
                f"{exported.path}: has no column {', '.join(map(repr, missing))}, only "
                f"{', '.join(file.schema_arrow.names)}; stage the rows of the same experiment."
            )
        tables.append(file.read(columns))
    return pa.concat_tables(tables)


def _transformed(
    values: pa.ChunkedArray, feature: Vocabulary, tft_output: tft.TFTransformOutput
) -> np.ndarray:
    """Returns int64 [rows]; each distinct id goes once through Transform's graph, as it does when served."""
    encoded = values.combine_chunks().dictionary_encode()
    raw = encoded.dictionary.to_numpy(zero_copy_only=False)
    spec = {feature.column: tft_output.raw_feature_spec()[feature.column]}
    transform = tft_output.transform_features_layer()
    parts = [np.zeros(0, np.int64)]
    for start in range(0, len(raw), _IDS_A_CALL):
        column = {feature.column: tf.constant(raw[start : start + _IDS_A_CALL])}
        parts.append(transform(as_traced(column, spec))[feature.name].numpy())
    return np.concatenate(parts)[encoded.indices.to_numpy()]
