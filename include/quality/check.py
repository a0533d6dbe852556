"""Check an experiment's staged rows before anything is spent on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from include.experiment.experiment import Experiment
from include.quality.facts import split_facts
from include.quality.lists import list_findings
from include.quality.missing_numbers import missing_number_findings
from include.quality.report import QualityReport
from include.quality.rules import NOT_NULL, WARNING, Rule, derive_rules
from include.quality.validation import Finding, check_types, evaluate

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["QualityReport", "check_rows"]


def check_rows(
    table: pa.Table, experiment: Experiment, *, source_nulls: Mapping[str, int] | None = None
) -> QualityReport:
    """Check all staged rows, with the date column as unix seconds and the column `split`.

    Broken rules are the report's content, not an error: keep the report first, then judge it by `passed`.

    Args:
        table: The rows.
        experiment: What they were staged for.
        source_nulls: Rows of the source that have no id, by id column. Staging leaves them out, so that only
            the source can tell how many there are.

    Raises:
        ExpectationError: The dataset config holds an expectation that Great Expectations does not take.
    """
    dataset = experiment.dataset
    facts = split_facts(table, dataset)
    present = set(table.column_names)
    rules = derive_rules(experiment, facts)
    applicable = [rule for rule in rules if rule.columns <= present]
    where = f"datasets/{dataset.name}.yaml"
    findings = evaluate(table, applicable, where=where, date_column=dataset.date_column)
    findings += _left_out(source_nulls or {})
    findings += [*missing_number_findings(table, experiment), *list_findings(table, experiment)]
    check_types(rules, where=where)
    skipped = tuple(_reason(rule, present) for rule in rules if not rule.columns <= present)
    return QualityReport(experiment.experiment_id, dataset.name, tuple(findings), facts, skipped)


def _left_out(source_nulls: Mapping[str, int]) -> list[Finding]:
    return [
        Finding(
            Rule(f"{column} is never NULL in the source", NOT_NULL, {"column": column}, WARNING),
            met=not count,
            observed=f"{count:,} rows of the source have none and are left out" if count else "",
        )
        for column, count in source_nulls.items()
    ]


def _reason(rule: Rule, present: set[str]) -> str:
    missing = ", ".join(sorted(rule.columns - present))
    return f"{rule.says}: {missing} is not among the staged columns, since no feature uses it"
