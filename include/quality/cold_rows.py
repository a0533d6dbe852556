"""Test rows of customers and products that no train row is of: a model can know nothing of them."""

from __future__ import annotations

from include.experiment.config.dataset_config import DatasetConfig
from include.quality.rules import WARNING, Rule
from include.quality.staged_rows import Counts, StagedRows
from include.quality.validation import Finding
from include.warehouse.cold_rows import cold_rows

MOST_COLD = 0.3


def cold_findings(rows: StagedRows, counts: Counts, dataset: DatasetConfig) -> list[Finding]:
    """Return for the customer's and the product's id whether most test rows are of ids with a train row.

    Args:
        rows: The staged rows.
        counts: How many there are in each split; nothing is said where train or test has none.
        dataset: Says which columns the ids are.
    """
    ids = [column for column in (dataset.customer_id, dataset.product_id) if column in rows.types]
    test_rows = counts.of("test", "row_count")
    if not (ids and test_rows and counts.of("train", "row_count")):
        return []
    cold = cold_rows(rows.warehouse, rows.table, ids)
    shares = {column: cold[column] / test_rows for column in ids}
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
