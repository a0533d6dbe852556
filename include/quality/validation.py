"""Runs rules over rows with Great Expectations, in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.experiment.problems import did_you_mean
from include.experiment.quality_config import ExpectationSeverity
from include.quality.errors import ExpectationError
from include.quality.facts import as_date
from include.quality.rules import Rule

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation import Expectation

EXAMPLES = 5
_RULE = "rule"


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


def evaluate(table: pa.Table, rules: Sequence[Rule], *, where: str, date_column: str) -> list[Finding]:
    """Check every rule.

    Args:
        table: The rows.
        rules: What to check; their columns must be in the table.
        where: The dataset config's file, for errors.
        date_column: The column of unix seconds that are shown as dates.

    Raises:
        ExpectationError: Great Expectations does not know or does not take one of them.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    expectations = [_expectation(rule, index, where) for index, rule in enumerate(rules)]
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("staged").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("rows").get_batch({"dataframe": _dataframe(table)})
    suite = gx.ExpectationSuite(name="rows", expectations=expectations)
    results = batch.validate(suite, result_format="BASIC").results
    by_rule = {_rule_index(result): result for result in results}
    return [
        Finding(rule, bool(by_rule[index].success), _observed(by_rule[index], rule, date_column))
        for index, rule in enumerate(rules)
    ]


def check_types(rules: Sequence[Rule], *, where: str) -> None:
    """Refuse a rule that Great Expectations does not know, also one whose columns are not staged now.

    Raises:
        ExpectationError: Great Expectations does not know or does not take one of them.
    """
    for index, rule in enumerate(rules):
        _expectation(rule, index, where)


def _dataframe(table: pa.Table) -> pd.DataFrame:
    """Rows for pandas with its own NULL, so that a whole number beside a NULL stays a whole number."""
    import pandas as pd
    import pyarrow as pa

    types = {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(), pa.string(): pd.StringDtype()}
    return table.to_pandas(types_mapper=types.get)


def _expectation(rule: Rule, index: int, where: str) -> Expectation:
    from great_expectations.exceptions import ExpectationNotFoundError
    from great_expectations.expectations import registry
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.row_conditions import Column
    from pydantic import ValidationError
    from pydantic.v1 import ValidationError as OldValidationError

    place = f"{where}: {rule.field}"
    try:
        kind = registry.get_expectation_impl(rule.type)
    except ExpectationNotFoundError:
        known = registry.list_registered_expectation_implementations()
        remedy = did_you_mean(rule.type, known)
        raise ExpectationError(f"{place}.type is {rule.type!r}; {remedy}.") from None
    rows: dict[str, Any] = {"row_condition": Column("split") == rule.split} if rule.split else {}
    severity = FailureSeverity(rule.severity.value)
    try:
        return kind(**rule.kwargs, **rows, severity=severity, meta={_RULE: index})
    except (ValidationError, OldValidationError, TypeError) as error:
        said = "; ".join(str(error).splitlines()[1:]) or str(error)
        raise ExpectationError(f"{place}.kwargs is {dict(rule.kwargs)!r}; repair it: {said}.") from error


def _rule_index(result: ExpectationValidationResult) -> int:
    """Results come in another order than their expectations went."""
    config = result.expectation_config
    assert config is not None and config.meta is not None  # noqa: S101, PT018
    return int(config.meta[_RULE])


def _observed(result: ExpectationValidationResult, rule: Rule, date_column: str) -> str:
    """The offending numbers, in words."""
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
    return f"found {_shown(content.get('observed_value'), is_date)}"


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
