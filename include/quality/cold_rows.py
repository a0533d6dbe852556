"""Test rows of customers and products that no train row is of: a model can know nothing of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.experiment.dataset_config import DatasetConfig
from include.quality.rules import WARNING, Rule
from include.quality.validation import Finding

if TYPE_CHECKING:
    import pyarrow as pa

MOST_COLD = 0.3


def cold_findings(table: pa.Table, dataset: DatasetConfig) -> list[Finding]:
    """Return for the customer's and the product's id whether most test rows are of ids with a train row.

    Args:
        table: All staged rows, with the column `split`.
        dataset: Says which columns the ids are.
    """
    shares = {
        column: share
        for column in (dataset.customer_id, dataset.product_id)
        if column in table.column_names
        and "split" in table.column_names
        and (share := _cold_share(table, column)) is not None
    }
    return [
        Finding(
            Rule(
                f"at most {MOST_COLD:.0%} of the test rows are of a {column} without a train row",
                "expect_column_values_to_be_in_set",
                {"column": column, "mostly": 1 - MOST_COLD},
                WARNING,
                split="test",
            ),
            met=share <= MOST_COLD,
            observed=f"{share:.0%} are; take more days or a larger sample, or another split strategy"
            if share > MOST_COLD
            else f"{share:.1%} are",
        )
        for column, share in shares.items()
    ]


def _cold_share(table: pa.Table, column: str) -> float | None:
    """Return the share of the test rows whose id no train row has; None where a split has no rows."""
    import pyarrow.compute as pc

    ids = {split: table.filter(pc.equal(table["split"], split))[column] for split in ("train", "test")}
    if not all(len(values) for values in ids.values()):
        return None
    known = pc.sum(pc.is_in(ids["test"], value_set=ids["train"].unique())).as_py()
    return 1 - known / len(ids["test"])
