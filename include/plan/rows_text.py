"""The part of a plan that is about rows, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from include.experiment.config.choices import SampleUnit, SplitStrategy
from include.experiment.resolve.experiment import Experiment, StagedColumn
from include.plan.cost import size
from include.plan.lines import row
from include.plan.plan import Plan
from include.plan.rows import RowsPlan, StagedRows
from include.sql.casts import cast_expression
from include.sql.columns import value_of


def rows_lines(plan: Plan) -> Iterator[str]:
    """Yield which rows are taken, how they are split, and as what each column is staged."""
    experiment = plan.experiment
    start = _day(experiment.window_start) if experiment.window_start else "the first row"
    yield row("window", f"{start} to {_day(experiment.window_end)}, that day not included")
    if experiment.source_state:
        yield row("source", str(experiment.source_state))
    yield row("split", _split(experiment))
    yield row("sample", _sample(experiment))
    for column in experiment.columns:
        yield row(column.name, _cast(column))
    if not experiment.columns:
        yield row("columns", f"{', '.join(plan.column_names)}; their types are not known")


def staging_text(rows: RowsPlan) -> str:
    """Return what staging would do."""
    if staged := rows.staged:
        counts = ", ".join(f"{split} {count:,}" for split, count in staged.by_split.items())
        total = sum(staged.by_split.values())
        return f"re-used, {rows.query.table} is there: {total:,} rows, {counts}{_cold(staged)}"
    if rows.refusal:
        return f"WOULD FAIL, BigQuery refuses the statement: {rows.refusal}"
    scanned = (
        "an amount of bytes that the service does not tell"
        if rows.scanned_bytes is None
        else size(rows.scanned_bytes)
    )
    return f"runs, {rows.query.table} is not there; reads {scanned}; {_at_most(rows)}"


def _cold(staged: StagedRows) -> str:
    """Return how many test rows are of ids that training cannot know."""
    test = staged.by_split.get("test", 0)
    return "".join(
        f"; {count:,} test rows ({count / test:.0%}) are of a {column} without a train row"
        for column, count in staged.cold.items()
        if count and test
    )


def _at_most(rows: RowsPlan) -> str:
    table, count = next(iter(rows.table_rows.items()))
    if count is None:
        return f"how many rows is not known, {table} is a view"
    return f"at most {count:,} rows, all of {table}"


def _split(experiment: Experiment) -> str:
    split = experiment.split
    ratios = f"train {split.train_share:g}, eval {split.eval_share:g}"
    by_hash = f"by hash: {ratios}, test {1 - split.train_share - split.eval_share:g}"
    if split.strategy is SplitStrategy.TIME_HOLDOUT and experiment.test_start:
        return f"{split.strategy}: test from {_day(experiment.test_start)}; what is older by hash: {ratios}"
    if split.strategy is SplitStrategy.STRICT_TIME and experiment.test_start and experiment.eval_start:
        since, until = _day(experiment.eval_start), _day(experiment.test_start)
        return f"{split.strategy}: test from {until}, eval from {since}, train before"
    return f"{split.strategy}, {by_hash}"


def _sample(experiment: Experiment) -> str:
    percent = experiment.split.sample_percent
    unit = "customers" if experiment.split.sample_unit is SampleUnit.CUSTOMER else "rows"
    sample = f"{percent} % of the {unit} in train and eval"
    if percent == 100:
        return f"{sample}; the test split is whole"
    history = "all rows tell what customers had bought"
    if experiment.reads_graphs:
        return f"{sample}; the test split is whole; {history}"
    return f"{sample}, and a train row of each customer and product; the test split is whole; {history}"


def _cast(column: StagedColumn) -> str:
    separator, value = repr(column.separator), value_of(column.name, column.bigquery_type)
    expression = cast_expression(value, column.bigquery_type, column.staged_type, separator)
    how = "as it is" if expression == column.name else expression
    return f"{column.bigquery_type} -> {column.staged_type}, {how}"


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
