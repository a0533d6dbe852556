"""Check an experiment's staged rows before anything is spent on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.experiment.resolve.experiment import Experiment
from include.quality.cold_rows import cold_findings
from include.quality.facts import fact_expressions, split_facts
from include.quality.finite_numbers import finite_number_expressions, finite_number_findings
from include.quality.learned_values import learned_value_findings, value_expressions
from include.quality.lists import list_findings
from include.quality.missing_numbers import missing_number_expressions, missing_number_findings
from include.quality.report import QualityReport
from include.quality.rules import NOT_NULL, WARNING, Rule, derive_rules
from include.quality.staged_rows import Counts, StagedRows
from include.quality.validation import Finding, check_types, evaluate

if TYPE_CHECKING:
    from include.warehouse.row_account import RowAccount

__all__ = ["QualityReport", "StagedRows", "check_rows"]


def check_rows(
    rows: StagedRows, experiment: Experiment, *, account: RowAccount | None = None
) -> QualityReport:
    """Check all staged rows, with the date column as unix seconds and the column `split`.

    Broken rules are the report's content, not an error: keep the report first, then judge it by `passed`.

    Args:
        rows: The rows, which stay in the warehouse.
        experiment: What they were staged for.
        account: What became of the rows of the window. Staging leaves out those without an id or a date, so
            that only the source can tell how many there are.

    Raises:
        ExpectationError: The dataset config holds an expectation that Great Expectations does not take.
        WarehouseError: The warehouse did not answer.
    """
    dataset, types = experiment.dataset, rows.types
    counts = count_rows(rows, experiment)
    facts = split_facts(counts)
    rules = derive_rules(experiment, facts)
    where = f"datasets/{dataset.name}.yaml"
    check_types(rules, where=where)
    applicable = [rule for rule in rules if rule.columns <= types.keys()]
    findings = evaluate(rows, counts, applicable, where=where, date_column=dataset.date_column)
    findings += _left_out(account, experiment) if account else []
    findings += findings_on_values(rows, counts, experiment)
    skipped = tuple(_reason(rule, set(types)) for rule in rules if not rule.columns <= types.keys())
    return QualityReport(
        experiment_id=experiment.experiment_id,
        dataset=dataset.name,
        findings=tuple(findings),
        facts=facts,
        skipped=skipped,
        source=str(experiment.source_state or "not known"),
        account=tuple(account.lines()) if account else (),
    )


def findings_on_values(rows: StagedRows, counts: Counts, experiment: Experiment) -> list[Finding]:
    """Check what the trainer would make of the values, which Great Expectations does not know.

    Args:
        rows: The rows.
        counts: What `count_rows` returns.
        experiment: What they were staged for.
    """
    return [
        *missing_number_findings(counts, experiment, rows.types),
        *finite_number_findings(counts, experiment, rows.types),
        *learned_value_findings(rows, counts, experiment),
        *list_findings(rows, experiment),
        *cold_findings(rows, counts, experiment.dataset),
    ]


def count_rows(rows: StagedRows, experiment: Experiment) -> Counts:
    """Return all that is counted of each split, by one pass over the rows."""
    values, parameters = value_expressions(experiment, rows.types)
    expressions = {
        **fact_expressions(experiment.dataset, rows.types),
        **missing_number_expressions(experiment, rows.types),
        **finite_number_expressions(experiment, rows.types),
        **values,
    }
    return rows.count(expressions, parameters)


def _left_out(account: RowAccount, experiment: Experiment) -> list[Finding]:
    dataset = experiment.dataset
    ids = {f"id_{name}": name for name in (dataset.customer_id, dataset.product_id)}
    found = [
        _never_missing(
            ids[each.step], each.rows, f"of the {account.in_window:,} rows in the window have none"
        )
        for each in account.dropped
        if each.step in ids
    ]
    undated = f"rows of {account.table} have none, are in no window"
    return [*found, _never_missing(dataset.date_column, account.undated, undated)]


def _never_missing(column: str, count: int, said: str) -> Finding:
    rule = Rule(f"{column} is never missing in the source", NOT_NULL, {"column": column}, WARNING)
    return Finding(rule, met=not count, observed=f"{count:,} {said} and are left out" if count else "")


def _reason(rule: Rule, present: set[str]) -> str:
    missing = ", ".join(sorted(rule.columns - present))
    return f"{rule.says}: {missing} is not among the staged columns, since no feature uses it"
