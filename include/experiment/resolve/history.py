"""What only the warehouse can tell: whether the data are long enough, and whether every split has rows."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from include.errors import Problem
from include.experiment.config.choices import SplitStrategy
from include.experiment.config.problems import shown
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.split_plan import holdout_field

_BY_SHARE, _LONGER, _SHORTER = "use a smaller train_ratio", "use a longer holdout", "use a shorter holdout"
_MORE = {"train": ", a larger sample or looser filters", "eval": ", a larger sample or looser filters"}
# What leaves more rows for a split depends on what divides them.
_REMEDIES: dict[SplitStrategy, dict[str, str]] = {
    SplitStrategy.TIME_HOLDOUT: {"train": _SHORTER, "eval": _BY_SHARE, "test": _LONGER},
    SplitStrategy.STRICT_TIME: {"train": _SHORTER, "eval": _LONGER, "test": _LONGER},
    SplitStrategy.RANDOM: {"train": "use a larger train_ratio", "eval": _BY_SHARE, "test": _BY_SHARE},
    SplitStrategy.CUSTOM: {
        "train": "use a larger train_ratio",
        "eval": "use a larger eval_ratio",
        "test": "use a smaller train_ratio or eval_ratio",
    },
}


def check_history(experiment: Experiment, first: datetime | None, last: datetime | None) -> list[Problem]:
    """Return where the window and the holdout do not fit the dates in the data.

    Args:
        experiment: The experiment.
        first: Oldest date of the interactions, UTC; None where there is none.
        last: Newest date of the interactions, UTC.
    """
    where, column = f"datasets/{experiment.dataset.name}.yaml", experiment.dataset.date_column
    end, start = experiment.window_end, experiment.window_start
    if first is None or last is None:
        return [_no_dates(experiment, where, column)]
    if first >= end or (start is not None and last < start):
        window = f"{_day(start) if start else 'the beginning'} to {_day(end)}"
        received = f"is {window}, but the data are {_day(first)} to {_day(last)}"
        return [Problem(where, "the window", received, "run for a logical date within the data")]
    return _holdout(experiment, max(first, start) if start else first, last)


def _no_dates(experiment: Experiment, where: str, column: str) -> Problem:
    date = experiment.dataset.column(column)
    table = experiment.dataset.table_of(date) if date else None
    if table is None or table.partition_column is None:
        received = f"has no dates in column {column}"
        return Problem(where, "tables[0].table", received, "name a table with rows, or another date column")
    start = _day(experiment.window_start) if experiment.window_start else "the beginning"
    received = (
        f"is {start} to {_day(experiment.window_end)}, but the partitions of {table.table} by "
        f"{table.partition_column} hold no {column} there"
    )
    remedy = "run for a logical date within the data, or raise partition_margin_days of the table"
    return Problem(where, "the window", received, remedy)


def check_splits(experiment: Experiment, rows_by_split: Mapping[str, int]) -> list[Problem]:
    """Return the splits without rows.

    Args:
        experiment: The experiment.
        rows_by_split: Rows of each split after filters and sampling.
    """
    where, counts = f"datasets/{experiment.dataset.name}.yaml", dict(rows_by_split)
    if not any(counts.values()):
        return [_no_rows(experiment, where)]
    remedies = _REMEDIES[experiment.split.strategy]
    listed = ", ".join(f"{split} {counts.get(split, 0):,}" for split in remedies)
    return [
        Problem(
            where,
            f"split {split}",
            f"is empty ({listed} rows)",
            f"{remedy}{_MORE.get(split, ' or looser filters')}",
        )
        for split, remedy in remedies.items()
        if not counts.get(split)
    ]


def _no_rows(experiment: Experiment, where: str) -> Problem:
    start, end = experiment.window_start, experiment.window_end
    window = f"from {_day(start)} to {_day(end)}" if start else f"before {_day(end)}"
    filters = experiment.dataset.filters.model_dump(mode="json", exclude_defaults=True)
    if filters:
        received = f"is {shown(filters, 200)}, which keeps no row {window}"
        return Problem(where, "filters", received, "loosen it")
    received = f"leaves no row {window} with a customer and a product"
    return Problem(where, "tables", received, "check the joins' keys and the ids for NULL")


def _holdout(experiment: Experiment, first: datetime, last: datetime) -> list[Problem]:
    if not experiment.test_start:
        return []
    where, field = holdout_field(experiment.dataset, experiment.parameters)
    days, strict = experiment.split.holdout_days, experiment.split.strategy is SplitStrategy.STRICT_TIME
    available = (experiment.window_end - first) // timedelta(days=1)
    train_end = experiment.eval_start or experiment.test_start
    if train_end <= first:
        most = (available - 1) // 2 if strict else available - 1
        received = f"is {days}, but the data before {_day(experiment.window_end)} span {available} days"
        what = "eval and test take that many each" if strict else "train rows are older than the holdout"
        remedy = f"use at most {most}, since {what}" if most >= 1 else "use split strategy random"
        return [Problem(where, field, received, remedy)]
    if last < experiment.test_start:
        received = f"is {days}, from {_day(experiment.test_start)}, but the newest row is of {_day(last)}"
        remedy = f"set history_ends to {_day(last + timedelta(days=1))}, or run for an earlier logical date"
        return [Problem(where, field, received, remedy)]
    return []


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
