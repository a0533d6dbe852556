"""Transformed examples in memory, column by column.

Rows are parsed once, thousands at a time, and kept as arrays: an epoch then costs a permutation and a gather
a batch instead of a parse. Memory is rows x transformed features x 8 bytes; 10 million rows of 10 features
take 0.8 GB.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.errors import ExamplesError
from recsflow_trainer.examples.prefetching import prefetched
from recsflow_trainer.keras import tf

_PARSE_ROWS = 8_192
_SPLIT_PREFIX = "Split-"


@dataclass(frozen=True)
class Batches:
    """One pass over a split, batch by batch.

    Attributes:
        dataset: The batches; its cardinality is known.
        rows: Rows of the split that a pass covers.
    """

    dataset: tf.data.Dataset
    rows: int


@dataclass(frozen=True)
class Split:
    """The rows of one split.

    Attributes:
        name: Such as "train".
        columns: One array a transformed feature, [rows] or [rows, width].
    """

    name: str
    columns: Mapping[str, np.ndarray]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def take(self, rows: np.ndarray) -> "Split":
        """Returns these rows alone, int64 [picked rows], in that order."""
        return Split(self.name, {name: values[rows] for name, values in self.columns.items()})

    def batches(self, batch_size: int, *, seed: int, reshuffle: bool) -> Batches:
        """Returns one pass over the rows in random order.

        Batches are all of one static size, since the softmax over a batch depends on it: the rows that do not
        fill the last batch are left out of that pass, and a split smaller than a batch is one smaller batch.

        Args:
            batch_size: Rows a batch.
            seed: Of the order.
            reshuffle: Whether each iteration has an order of its own, as training wants it, or all have the
                same.
        """
        if not self.rows:
            raise ExamplesError(
                f"Split {self.name!r} has no rows; widen its window or its share of the rows."
            )
        size = min(batch_size, self.rows)
        steps = self.rows // size
        columns = {name: tf.constant(values) for name, values in self.columns.items()}

        def shuffled(pass_seed: tf.Tensor) -> tf.data.Dataset:
            order = tf.random.experimental.stateless_shuffle(tf.range(self.rows), seed=[pass_seed, seed])
            return tf.data.Dataset.from_tensor_slices(tf.reshape(order[: steps * size], [steps, size]))

        def gather(rows: tf.Tensor) -> dict[str, tf.Tensor]:
            return {name: tf.gather(values, rows) for name, values in columns.items()}

        passes = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=reshuffle).take(1)
        dataset = prefetched(passes.flat_map(shuffled), gather)
        counted = dataset.apply(tf.data.experimental.assert_cardinality(steps))
        return Batches(counted, rows=steps * size)


@dataclass(frozen=True)
class Splits:
    """The rows of an experiment."""

    train: Split
    eval: Split
    test: Split

    def __getitem__(self, name: str) -> Split:
        """Returns the split of that name."""
        return {"train": self.train, "eval": self.eval, "test": self.test}[name]


def read_split(
    patterns: Sequence[str],
    spec: Mapping[str, tf.io.FixedLenFeature],
    *,
    name: str,
    allow_empty: bool = False,
) -> Split:
    """Reads the TFRecord files of one split.

    Args:
        patterns: Globs of the files; gzip is told by the suffix `.gz`.
        spec: Name, shape and type of each transformed feature.
        name: The split's name.
        allow_empty: Whether files without a row are fine.

    Raises:
        ExamplesError: No file, no row, or rows that do not fit the spec.
    """
    files = sorted(file for pattern in patterns for file in tf.io.gfile.glob(pattern))
    if not files:
        raise ExamplesError(
            f"Split {name!r} has no files at {', '.join(patterns)}; check Transform's output."
        )
    chunks: dict[str, list[np.ndarray]] = {feature: [] for feature in spec}
    try:
        for parsed in _parsed(files, spec):
            for feature, values in parsed.items():
                chunks[feature].append(values.numpy())
    except tf.errors.InvalidArgumentError as error:
        raise ExamplesError(
            f"Split {name!r} at {files[0]} does not hold {', '.join(spec)} as declared; run Transform and "
            f"Trainer with modules of the same experiment ({error.message})."
        ) from error
    columns = {
        feature: np.concatenate(parts) if parts else _no_rows(spec[feature])
        for feature, parts in chunks.items()
    }
    split = Split(name, columns)
    if not split.rows and not allow_empty:
        raise ExamplesError(f"Split {name!r} has no rows; widen its window or its share of the rows.")
    return split


def sibling_split(patterns: Sequence[str], name: str) -> list[str]:
    """Returns the file patterns of another split of the same artifact.

    TFX tells a trainer only its train and eval files; `.../Split-train/*` leads to `.../Split-test/*`.
    """
    return [_with_split(pattern, name) for pattern in patterns]


def _with_split(pattern: str, name: str) -> str:
    parts = pattern.split("/")
    places = [index for index, part in enumerate(parts) if part.startswith(_SPLIT_PREFIX)]
    if not places:
        raise ExamplesError(
            f"Training files {pattern} lie in no {_SPLIT_PREFIX}* folder, which split {name!r} is beside; "
            "feed the Trainer with the transformed examples of TFX Transform."
        )
    parts[places[-1]] = _SPLIT_PREFIX + name
    return "/".join(parts)


def _parsed(
    files: Sequence[str], spec: Mapping[str, tf.io.FixedLenFeature]
) -> Iterable[dict[str, tf.Tensor]]:
    compressed = {file.endswith(".gz") for file in files}
    if len(compressed) > 1:
        raise ExamplesError(f"Files beside {files[0]} are compressed in part; write all of them in one way.")
    records = tf.data.TFRecordDataset(list(files), compression_type="GZIP" if compressed == {True} else "")
    return prefetched(
        records.batch(_PARSE_ROWS), lambda serialized: tf.io.parse_example(serialized, dict(spec))
    )


def _no_rows(feature: tf.io.FixedLenFeature) -> np.ndarray:
    return np.zeros([0, *feature.shape], feature.dtype.as_numpy_dtype)
