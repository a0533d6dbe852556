"""Rules as expectations of Great Expectations, and its results as findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.experiment.config.problems import did_you_mean
from include.experiment.config.quality_config import ExpectationSeverity
from include.quality.errors import ExpectationError
from include.quality.facts import as_date
from include.quality.rules import Rule

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation import Expectation

EXAMPLES = 5
_RULE = "rule"
# SQLAlchemy's names of the types that columns are staged as.
_TYPES = {"Integer": "INT64", "Float": "FLOAT64", "String": "STRING"}
_OF_TYPE = "expect_column_values_to_be_of_type"


@dataclass(frozen=True)
class Finding:
    """A rule and what the rows say about it."""

    rule: Rule
    met: bool
    observed: str

    @property
    def critical(self) -> bool:
        """Whether breaking the rule stops the run."""
        return self.rule.severity is ExpectationSeverity.CRITICAL

    def __str__(self) -> str:
        return f"{self.rule.says}: {self.observed}" if self.observed else self.rule.says


def check_types(rules: Sequence[Rule], *, where: str) -> None:
    """Refuse a rule that Great Expectations does not know, also one whose columns are not staged now.

    Raises:
        ExpectationError: Great Expectations does not know or does not take one of them.
    """
    for index, rule in enumerate(rules):
        expectation(rule, index, where, history=False)


def expectation(rule: Rule, index: int, where: str, *, history: bool) -> Expectation:
    """Return a rule as an expectation.

    Args:
        rule: The rule.
        index: By which its result is found again.
        where: The dataset config's file, for errors.
        history: Whether the table has rows outside the sample too, which no rule is about.

    Raises:
        ExpectationError: Great Expectations does not know or does not take it.
    """
    from great_expectations.exceptions.exceptions import ExpectationNotFoundError
    from great_expectations.expectations import registry
    from great_expectations.expectations.metadata_types import FailureSeverity
    from pydantic import ValidationError
    from pydantic.v1 import ValidationError as OldValidationError

    place = f"{where}: {rule.field}"
    try:
        kind = registry.get_expectation_impl(rule.type)
    except ExpectationNotFoundError:
        known = registry.list_registered_expectation_implementations()
        remedy = did_you_mean(rule.type, known)
        raise ExpectationError(f"{place}.type is {rule.type!r}; {remedy}.") from None
    takes_condition = "row_condition" in kind.__fields__ and "row_condition" not in rule.kwargs
    rows = _row_condition(rule.split, history=history and takes_condition)
    severity = FailureSeverity(rule.severity.value)
    try:
        return kind(**rule.kwargs, **rows, severity=severity, meta={_RULE: index})
    except (ValidationError, OldValidationError, TypeError) as error:
        said = "; ".join(str(error).splitlines()[1:]) or str(error)
        raise ExpectationError(f"{place}.kwargs is {dict(rule.kwargs)!r}; repair it: {said}.") from error


def rule_index(result: ExpectationValidationResult) -> int:
    """Results come in another order than their expectations went."""
    config = result.expectation_config
    assert config is not None and config.meta is not None  # noqa: S101, PT018
    return int(config.meta[_RULE])


def finding(result: ExpectationValidationResult, rule: Rule, date_column: str) -> Finding:
    """Return a result as a finding, with the offending numbers in words.

    Args:
        result: What Great Expectations found.
        rule: The rule that it is about.
        date_column: The column of unix seconds that are shown as dates.
    """
    return Finding(rule, bool(result.success), _observed(result, rule, date_column))


def _row_condition(split: str | None, *, history: bool) -> dict[str, Any]:
    from great_expectations.expectations.row_conditions import Column

    if split:
        return {"row_condition": Column("split") == split}
    if history:
        return {"row_condition": (Column("split") != "history") | Column("split").is_null()}
    return {}


def _observed(result: ExpectationValidationResult, rule: Rule, date_column: str) -> str:
    content: Mapping[str, Any] = result.result
    is_date = rule.kwargs.get("column") == date_column
    if not content:
        return _exception(result.exception_info)
    if (count := content.get("unexpected_count")) is not None:
        if not count:
            return ""
        share = (
            f"{count:,} of {content['element_count']:,} rows ({content['unexpected_percent']:.4g} %) differ"
        )
        examples = [_shown(value, is_date) for value in content.get("partial_unexpected_list", [])]
        distinct = [each for each in dict.fromkeys(examples) if each != "NULL"][:EXAMPLES]
        return f"{share}, for example {', '.join(distinct)}" if distinct else share
    shown = _shown(content.get("observed_value"), is_date)
    return f"found {_TYPES.get(shown, shown) if rule.type == _OF_TYPE else shown}"


def _shown(value: Any, is_date: bool) -> str:
    import pandas as pd

    if isinstance(value, list | tuple | set | dict):
        return ", ".join(_shown(each, is_date) for each in value)
    if value is None or value is pd.NA:
        return "NULL"
    if is_date and isinstance(value, int | float):
        return as_date(value)
    if hasattr(value, "item"):
        return _shown(value.item(), is_date)
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _exception(info: Mapping[str, Any]) -> str:
    causes = [info] if "exception_message" in info else list(info.values())
    said = {str(cause.get("exception_message")) for cause in causes if isinstance(cause, Mapping)}
    return f"could not be checked: {'; '.join(sorted(said))}"
