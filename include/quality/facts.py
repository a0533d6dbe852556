"""What the staged rows are, in a few numbers: shown in the report, and the basis of the checks over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from include.experiment.dataset_config import DatasetConfig

if TYPE_CHECKING:
    import pyarrow as pa

SPLITS = ("train", "eval", "test")


@dataclass(frozen=True)
class SplitFacts:
    """One split of the staged rows.

    Attributes:
        customers: Distinct customer ids.
        products: Distinct product ids.
        first: Oldest date, unix seconds; None where no row has a date.
        last: Newest date, unix seconds.
    """

    rows: int = 0
    customers: int = 0
    products: int = 0
    first: int | None = None
    last: int | None = None


def split_facts(table: pa.Table, dataset: DatasetConfig) -> dict[str, SplitFacts]:
    """The numbers of each split; those of a split without rows, or of a missing column, are 0 or None."""
    present = set(table.column_names)
    if "split" not in present:
        return {split: SplitFacts() for split in SPLITS}
    wanted = [
        ("rows", "split", "count"),
        ("customers", dataset.customer_id, "count_distinct"),
        ("products", dataset.product_id, "count_distinct"),
        ("first", dataset.date_column, "min"),
        ("last", dataset.date_column, "max"),
    ]
    asked = [each for each in wanted if each[1] in present]
    grouped = table.group_by("split").aggregate([(column, function) for _, column, function in asked])
    found = {
        row["split"]: SplitFacts(**{name: row[f"{column}_{function}"] for name, column, function in asked})
        for row in grouped.to_pylist()
    }
    return {split: found.get(split, SplitFacts()) for split in SPLITS}


def as_date(seconds: float | None) -> str:
    """Unix seconds as a UTC date with time, `none` where there is none."""
    return "none" if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
