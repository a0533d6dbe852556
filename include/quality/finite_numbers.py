"""Decimals that are no numbers that can be learned from: the trainer takes them for missing values."""

from __future__ import annotations

from collections.abc import Mapping

from include.experiment.resolve.experiment import Experiment
from include.quality.rules import CRITICAL, WARNING, Rule
from include.quality.staged_rows import Counts
from include.quality.validation import Finding
from include.sql.identifiers import identifier
from include.sql.parameters import QueryParameter

# Examples hold decimals in 32 bits, where whatever is larger is infinite.
LARGEST = QueryParameter("largest", "FLOAT64", 3.4028234663852886e38)
_KINDS = {
    "infinite": ("infinite", "COUNTIF(IS_INF({0}))"),
    "nan": ("NaN", "COUNTIF(IS_NAN({0}))"),
    "beyond": (
        "beyond 3.4e38 (32 bits)",
        "COUNTIF(NOT IS_INF({0}) AND NOT IS_NAN({0}) AND ABS({0}) > @largest)",
    ),
}


def finite_number_expressions(experiment: Experiment, types: Mapping[str, str]) -> dict[str, str]:
    """Return the aggregates that `finite_number_findings` reads, by name; their parameter is `LARGEST`."""
    return {
        f"{kind}_{name}": sql.format(identifier(name))
        for name in _columns(experiment, types)
        for kind, (_, sql) in _KINDS.items()
    }


def finite_number_findings(counts: Counts, experiment: Experiment, types: Mapping[str, str]) -> list[Finding]:
    """Check that the decimals are finite; what is infinite in a label that a model predicts stops the run."""
    return [_finding(counts, name, experiment) for name in _columns(experiment, types)]


def predicts_label(experiment: Experiment) -> bool:
    """Return whether the model learns the dataset's label."""
    return experiment.model.kind.learns_label


def column_place(experiment: Experiment, name: str) -> str:
    """Return where a dataset config names a column."""
    names = [column.name for column in experiment.dataset.columns]
    return f"columns[{names.index(name)}]" if name in names else "columns"


def _columns(experiment: Experiment, types: Mapping[str, str]) -> list[str]:
    return [column.name for column in experiment.columns if types.get(column.name) == "FLOAT64"]


def _finding(counts: Counts, name: str, experiment: Experiment) -> Finding:
    of_kind = {kind: counts.total(f"{kind}_{name}") for kind in _KINDS}
    too_large = of_kind["infinite"] + of_kind["beyond"]
    predicted = name == experiment.dataset.label and predicts_label(experiment)
    rule = Rule(
        f"{name} is a finite number or missing",
        "finite_number",
        severity=CRITICAL if predicted and too_large else WARNING,
        field=f"datasets/{experiment.dataset.name}.yaml: {column_place(experiment, name)}",
    )
    found = [f"{count:,} {_KINDS[kind][0]}" for kind, count in of_kind.items() if count]
    remedy = (
        "correct them, or leave these rows out by a view"
        if rule.severity is CRITICAL
        else "they count as missing"
    )
    observed = f"of {counts.rows:,} rows {', '.join(found)}; {remedy}" if found else ""
    return Finding(rule, met=not found, observed=observed)
