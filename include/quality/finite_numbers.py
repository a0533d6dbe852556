"""Decimals that are no numbers that can be learned from: the trainer takes them for missing values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.experiment.experiment import Experiment
from include.experiment.models import GraphRankingConfig, MultitaskConfig, RankingConfig
from include.quality.rules import CRITICAL, WARNING, Rule
from include.quality.validation import Finding

if TYPE_CHECKING:
    import pyarrow as pa

# Examples hold decimals in 32 bits, where whatever is larger is infinite.
LARGEST = 3.4028234663852886e38


def finite_number_findings(table: pa.Table, experiment: Experiment) -> list[Finding]:
    """Check that the decimals are finite; what is infinite in a label that a model predicts stops the run."""
    import pyarrow as pa

    return [
        _finding(table, column.name, experiment)
        for column in experiment.columns
        if column.name in table.column_names and pa.types.is_floating(table.schema.field(column.name).type)
    ]


def is_number(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return where a column of decimals has a finite number that 32 bits can hold; False where it is NULL."""
    import pyarrow.compute as pc

    return pc.fill_null(pc.less_equal(pc.abs(column), LARGEST), False)


def predicts_label(experiment: Experiment) -> bool:
    """Return whether the model learns the dataset's label."""
    return isinstance(experiment.model, RankingConfig | MultitaskConfig | GraphRankingConfig)


def _finding(table: pa.Table, name: str, experiment: Experiment) -> Finding:
    import pyarrow.compute as pc

    values = table[name]
    counts = {
        "infinite": pc.sum(pc.is_inf(values)).as_py() or 0,
        "NaN": pc.sum(pc.is_nan(values)).as_py() or 0,
        "beyond 3.4e38 (32 bits)": pc.sum(
            pc.and_(pc.is_finite(values), pc.greater(pc.abs(values), LARGEST))
        ).as_py()
        or 0,
    }
    too_large = sum(counts.values()) - counts["NaN"]
    predicted = name == experiment.dataset.label and predicts_label(experiment)
    rule = Rule(
        f"{name} is a finite number or missing",
        "finite_number",
        severity=CRITICAL if predicted and too_large else WARNING,
        field=f"datasets/{experiment.dataset.name}.yaml: {column_place(experiment, name)}",
    )
    found = [f"{count:,} {what}" for what, count in counts.items() if count]
    remedy = (
        "correct them, or leave these rows out by a view"
        if rule.severity is CRITICAL
        else "they count as missing"
    )
    observed = f"of {table.num_rows:,} rows {', '.join(found)}; {remedy}" if found else ""
    return Finding(rule, met=not found, observed=observed)


def column_place(experiment: Experiment, name: str) -> str:
    """Return where a dataset config names a column."""
    names = [column.name for column in experiment.dataset.columns]
    return f"columns[{names.index(name)}]" if name in names else "columns"
