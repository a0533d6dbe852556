"""Runs rules over a staged table with Great Expectations, in BigQuery: no row comes here but for examples.

What Great Expectations can check in pandas alone runs on a sample of the rows, the same in each run.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from include.quality.expectations import Finding, check_types, expectation, finding, rule_index
from include.quality.rules import Rule
from include.quality.staged_rows import SAMPLE_ROWS, Counts, StagedRows

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.datasource.fluent.interfaces import Batch

__all__ = ["Finding", "check_types", "evaluate"]
_NOT_IN_SQL = "No provider found for"
_NAME = "staged"


def evaluate(
    rows: StagedRows, counts: Counts, rules: Sequence[Rule], *, where: str, date_column: str
) -> list[Finding]:
    """Check every rule.

    Args:
        rows: The staged rows.
        counts: How many there are.
        rules: What to check; their columns must be in the table.
        where: The dataset config's file, for errors.
        date_column: The column of unix seconds that are shown as dates.

    Raises:
        ExpectationError: Great Expectations does not know or does not take one of them.
        WarehouseError: BigQuery did not answer.
    """
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    listed = dict(enumerate(rules))
    results = _in_bigquery(context, rows, listed, where, history=bool(counts.history_rows))
    beyond = {index: listed[index] for index, result in results.items() if _is_not_in_sql(result)}
    findings = {index: finding(result, listed[index], date_column) for index, result in results.items()}
    if beyond:
        sample = rows.sample()
        batch = _in_memory(context, sample)
        for index, result in _validated(batch, beyond, where, history=False).items():
            found = finding(result, listed[index], date_column)
            findings[index] = replace(found, rule=_of_sample(found.rule, sample.num_rows, counts.rows))
    return [findings[index] for index in sorted(findings)]


def _in_bigquery(
    context: EphemeralDataContext, rows: StagedRows, rules: Mapping[int, Rule], where: str, *, history: bool
) -> dict[int, ExpectationValidationResult]:
    name = rows.name
    # Great Expectations would take an outage for a rule that is not met.
    with rows.warehouse.sql_client(name) as client:
        # Of the engine's own arguments, the library's stub does not know.
        source = context.data_sources.add_bigquery(  # type: ignore[call-arg]
            _NAME,
            connection_string=f"bigquery://{rows.warehouse.project}/{name.dataset}?user_supplied_client=True",
            # What is asked for is few rows: the Storage API is not worth its session.
            kwargs={"connect_args": {"client": client, "prefer_bqstorage_client": False}},
        )
        asset = source.add_table_asset(_NAME, table_name=name.table)
        batch = asset.add_batch_definition_whole_table(_NAME).get_batch()
        return _validated(batch, rules, where, history=history)


def _in_memory(context: EphemeralDataContext, sample: pa.Table) -> Batch:
    asset = context.data_sources.add_pandas("sample").add_dataframe_asset(_NAME)
    definition = asset.add_batch_definition_whole_dataframe(_NAME)
    return definition.get_batch({"dataframe": _dataframe(sample)})


def _validated(
    batch: Batch, rules: Mapping[int, Rule], where: str, *, history: bool
) -> dict[int, ExpectationValidationResult]:
    import great_expectations as gx

    expected = [expectation(rule, index, where, history=history) for index, rule in rules.items()]
    suite = gx.ExpectationSuite(name="rows", expectations=expected)
    results = batch.validate(suite, result_format="BASIC").results
    return {rule_index(result): result for result in results}


def _is_not_in_sql(result: ExpectationValidationResult) -> bool:
    """Return whether Great Expectations can check an expectation in pandas alone."""
    return not result.result and _NOT_IN_SQL in str(result.exception_info)


def _of_sample(rule: Rule, sampled: int, total: int) -> Rule:
    if sampled < SAMPLE_ROWS:
        return rule
    return replace(rule, says=f"{rule.says}, in a sample of {sampled:,} of {total:,} rows")


def _dataframe(table: pa.Table) -> pd.DataFrame:
    """Rows for pandas with its own NULL, so that a whole number beside a NULL stays a whole number."""
    import pandas as pd
    import pyarrow as pa

    types = {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(), pa.string(): pd.StringDtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=types.get)
    return frame
