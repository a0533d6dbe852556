"""What the staged rows are, in a few numbers: shown in the report, and the basis of the checks over time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from include.experiment.config.dataset_config import DatasetConfig
from include.quality.staged_rows import Counts
from include.sql.identifiers import identifier

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


def fact_expressions(dataset: DatasetConfig, present: Collection[str]) -> dict[str, str]:
    """Return the aggregates that tell the facts, by name; none of a missing column."""
    wanted = [
        ("fact_customers", dataset.customer_id, "COUNT(DISTINCT {})"),
        ("fact_products", dataset.product_id, "COUNT(DISTINCT {})"),
        ("fact_first", dataset.date_column, "MIN({})"),
        ("fact_last", dataset.date_column, "MAX({})"),
    ]
    return {name: sql.format(identifier(column)) for name, column, sql in wanted if column in present}


def split_facts(counts: Counts) -> dict[str, SplitFacts]:
    """The numbers of each split; those of a split without rows, or of a missing column, are 0 or None."""
    return {split: _facts(counts, split) for split in SPLITS}


def as_date(seconds: float | None) -> str:
    """Unix seconds as a UTC date with time, `none` where there is none."""
    return "none" if seconds is None else f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _facts(counts: Counts, split: str) -> SplitFacts:
    found = counts.by_split.get(split, {})
    return SplitFacts(
        rows=counts.of(split, "row_count"),
        customers=counts.of(split, "fact_customers"),
        products=counts.of(split, "fact_products"),
        first=found.get("fact_first"),
        last=found.get("fact_last"),
    )
