"""Numbers of the rows that are the one by which a caller of the saved model says that a number is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.quality.rules import CRITICAL, WARNING, Rule
from include.quality.validation import Finding

if TYPE_CHECKING:
    import pyarrow as pa

    from include.experiment.experiment import Experiment

# The trainer's library reads it so, in training too: recsflow_trainer/features/densify.py.
MISSING_NUMBER = -(2**53 - 1)


def missing_number_findings(table: pa.Table, experiment: Experiment) -> list[Finding]:
    """Check that no number is taken for a missing one; an id that is would be lost."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = (experiment.dataset.customer_id, experiment.dataset.product_id)
    findings = []
    for name in (column.name for column in experiment.columns if column.name in table.column_names):
        kind = table.schema.field(name).type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            continue
        rows = pc.sum(pc.equal(table[name], pa.scalar(MISSING_NUMBER).cast(kind))).as_py() or 0
        rule = Rule(
            f"{name} is never {MISSING_NUMBER}, which stands for a missing number",
            "missing_number",
            severity=CRITICAL if name in ids else WARNING,
        )
        findings.append(
            Finding(
                rule, met=not rows, observed=f"{rows:,} of {table.num_rows:,} rows have it" if rows else ""
            )
        )
    return findings
