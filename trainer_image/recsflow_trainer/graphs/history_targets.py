"""The targets of graphs that a sample leaves out: nobody learns from them, but means are taken of them.

`history.csv` lies beside the manifest, with the columns `customer` and `target`.
"""

import csv
import io
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.errors import ManifestError
from recsflow_trainer.keras import tf

FILE = "history.csv"
_COLUMNS = ["customer", "target"]


@dataclass(frozen=True)
class HistoryTargets:
    """What was known of customers outside the sample.

    Attributes:
        customers: str [graphs].
        targets: float64 [graphs].
    """

    customers: np.ndarray
    targets: np.ndarray


def write_targets(folder: str, customers: np.ndarray, targets: np.ndarray) -> None:
    """Writes the file beside a manifest; none where there is no target.

    Args:
        folder: Of the manifest.
        customers: str [graphs].
        targets: float64 [graphs].
    """
    if not len(targets):
        return
    text = io.StringIO()
    rows = zip(customers, map(repr, targets.tolist()), strict=True)
    csv.writer(text, lineterminator="\n").writerows([_COLUMNS, *rows])
    with tf.io.gfile.GFile(f"{folder}/{FILE}", "w") as stream:
        stream.write(text.getvalue())


def read_targets(folder: str) -> HistoryTargets | None:
    """Reads the file beside a manifest; None where there is none.

    Raises:
        ManifestError: A row is not a customer and a number.
    """
    uri = f"{folder}/{FILE}"
    if not tf.io.gfile.exists(uri):
        return None
    with tf.io.gfile.GFile(uri) as stream:
        header, *rows = list(csv.reader(io.StringIO(stream.read()))) or [[]]
    if header != _COLUMNS:
        raise ManifestError(
            f"{uri}: row 1: the header is {', '.join(header) or 'empty'}; use {', '.join(_COLUMNS)}."
        )
    try:
        customers, targets = zip(*((customer, float(target)) for customer, target in rows), strict=True)
    except ValueError as error:
        raise ManifestError(f"{uri}: a row is no customer and number ({error}); generate it again.") from None
    return HistoryTargets(np.array(customers), np.array(targets, np.float64))
