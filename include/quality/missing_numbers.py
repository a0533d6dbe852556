"""Numbers of the rows that are the one by which a caller of the saved model says that a number is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from include.quality.rules import CRITICAL, WARNING, Rule
from include.quality.staged_rows import Counts
from include.quality.validation import Finding
from include.sql.identifiers import identifier

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment

# The trainer's library reads it so, in training too: recsflow_trainer/features/densify.py.
MISSING_NUMBER = -(2**53 - 1)
_NUMBERS = ("INT64", "FLOAT64")


def missing_number_expressions(experiment: Experiment, types: Mapping[str, str]) -> dict[str, str]:
    """Return the aggregates that `missing_number_findings` reads, by name."""
    return {
        f"missing_number_{name}": f"COUNTIF({identifier(name)} = {MISSING_NUMBER})"
        for name in _columns(experiment, types)
    }


def missing_number_findings(
    counts: Counts, experiment: Experiment, types: Mapping[str, str]
) -> list[Finding]:
    """Check that no number is taken for a missing one; an id that is would be lost."""
    ids = (experiment.dataset.customer_id, experiment.dataset.product_id)
    findings = []
    for name in _columns(experiment, types):
        rows = counts.total(f"missing_number_{name}")
        rule = Rule(
            f"{name} is never {MISSING_NUMBER}, which stands for a missing number",
            "missing_number",
            severity=CRITICAL if name in ids else WARNING,
        )
        observed = f"{rows:,} of {counts.rows:,} rows have it" if rows else ""
        findings.append(Finding(rule, met=not rows, observed=observed))
    return findings


def _columns(experiment: Experiment, types: Mapping[str, str]) -> list[str]:
    return [column.name for column in experiment.columns if types.get(column.name) in _NUMBERS]
