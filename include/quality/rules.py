"""What is expected of the staged rows: derived from the dataset config, then what its owner adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from include.experiment.config.choices import SplitStrategy
from include.experiment.config.quality_config import ExpectationSeverity
from include.experiment.resolve.experiment import Experiment
from include.quality.facts import SPLITS, SplitFacts, as_date

CRITICAL, WARNING = ExpectationSeverity.CRITICAL, ExpectationSeverity.WARNING
MIN_DISTINCT_IDS = 2
NOT_NULL = "expect_column_values_to_not_be_null"
# As SQLAlchemy's dialect of BigQuery calls them.
_SQL_TYPES = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "STRING": "STRING"}


@dataclass(frozen=True)
class Rule:
    """One expectation.

    Attributes:
        says: What must hold, as a sentence.
        type: Its type in Great Expectations, snake case.
        kwargs: Its arguments there.
        severity: Whether breaking it stops the run.
        field: Its place in the dataset config, empty for one that every dataset has.
        split: The split that it is about; all rows where None.
    """

    says: str
    type: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    severity: ExpectationSeverity = CRITICAL
    field: str = ""
    split: str | None = None

    @property
    def columns(self) -> set[str]:
        """The columns it looks at."""
        named = (self.kwargs.get(name) for name in ("column", "column_A", "column_B"))
        return {name for name in named if name} | set(self.kwargs.get("column_list", ()))


def derive_rules(experiment: Experiment, facts: Mapping[str, SplitFacts]) -> list[Rule]:
    """Every rule for an experiment's rows.

    Args:
        experiment: The experiment.
        facts: Numbers of each split, which the rules over time compare with.
    """
    return [
        *_columns(experiment),
        *_ids(experiment),
        *_sizes(experiment),
        *_dates(experiment),
        *_time_order(experiment, facts),
        *_configured(experiment),
    ]


def _columns(experiment: Experiment) -> Iterator[Rule]:
    names = [column.name for column in experiment.columns]
    yield Rule(
        f"the columns are {', '.join(names)} and split",
        "expect_table_columns_to_match_set",
        {"column_set": [*names, "split"], "exact_match": True},
    )
    for column in experiment.columns:
        yield Rule(
            f"{column.name} is of type {column.staged_type.value}",
            "expect_column_values_to_be_of_type",
            {"column": column.name, "type_": _SQL_TYPES[column.staged_type.value]},
        )
    yield Rule(
        "split is train, eval or test",
        "expect_column_values_to_be_in_set",
        {"column": "split", "value_set": list(SPLITS)},
    )


def _ids(experiment: Experiment) -> Iterator[Rule]:
    dataset = experiment.dataset
    for column in dict.fromkeys(("split", dataset.customer_id, dataset.product_id, dataset.date_column)):
        yield Rule(f"{column} is never NULL", NOT_NULL, {"column": column})
    for split in SPLITS:
        for column in (dataset.customer_id, dataset.product_id):
            yield Rule(
                f"{split} has at least {MIN_DISTINCT_IDS} different {column}",
                "expect_column_unique_value_count_to_be_between",
                {"column": column, "min_value": MIN_DISTINCT_IDS},
                CRITICAL if split == "train" else WARNING,
                split=split,
            )


def _sizes(experiment: Experiment) -> Iterator[Rule]:
    least = experiment.dataset.quality.min_rows
    yield Rule(
        f"there are at least {least:,} rows",
        "expect_table_row_count_to_be_between",
        {"min_value": least},
        field="quality.min_rows",
    )
    for split in SPLITS:
        yield Rule(
            f"{split} has rows",
            "expect_table_row_count_to_be_between",
            {"min_value": 1},
            split=split,
        )


def _dates(experiment: Experiment) -> Iterator[Rule]:
    date, end, start = experiment.dataset.date_column, experiment.window_end, experiment.window_start
    since = f"from {start:%Y-%m-%d} on and " if start else ""
    bounds = {"max_value": int(end.timestamp()), "strict_max": True}
    if start is not None:
        bounds["min_value"] = int(start.timestamp())
    yield Rule(
        f"{date} is {since}before {end:%Y-%m-%d}, the window's end",
        "expect_column_values_to_be_between",
        {"column": date, **bounds},
    )
    days = experiment.dataset.quality.freshness_days
    if days is not None:
        oldest = end - timedelta(days=days)
        yield Rule(
            f"the newest {date} is at most {days} days before {end:%Y-%m-%d}, the window's end",
            "expect_column_max_to_be_between",
            {"column": date, "min_value": int(oldest.timestamp())},
            WARNING,
            "quality.freshness_days",
        )


def _time_order(experiment: Experiment, facts: Mapping[str, SplitFacts]) -> Iterator[Rule]:
    """No row may be older than what the model learned from: that would measure memory, not prediction."""
    if not experiment.split.by_time:
        return
    earlier: dict[str, tuple[str, ...]] = {"test": ("train", "eval")}
    if experiment.split.strategy is SplitStrategy.STRICT_TIME:
        earlier |= {"eval": ("train",)}
    for split, before in earlier.items():
        newest = max((last for name in before if (last := facts[name].last) is not None), default=None)
        if newest is not None:
            yield Rule(
                f"no {split} row is older than the newest {' or '.join(before)} row, of {as_date(newest)}",
                "expect_column_values_to_be_between",
                {"column": experiment.dataset.date_column, "min_value": newest},
                split=split,
            )


def _configured(experiment: Experiment) -> Iterator[Rule]:
    quality = experiment.dataset.quality
    for column, share in quality.max_null_fraction.items():
        yield Rule(
            f"at most {share:.4g} of {column} is NULL",
            NOT_NULL,
            {"column": column, "mostly": 1 - share},
            WARNING,
            f"quality.max_null_fraction.{column}",
        )
    for column, limits in quality.ranges.items():
        low, high = limits.min, limits.max
        yield Rule(
            f"{column} is {_range(low, high)}",
            "expect_column_values_to_be_between",
            {"column": column, "min_value": low, "max_value": high},
            limits.severity,
            f"quality.ranges.{column}",
        )
    for index, own in enumerate(quality.expectations):
        arguments = ", ".join(f"{name}={value!r}" for name, value in own.kwargs.items())
        place = f"quality.expectations[{index}]"
        yield Rule(f"{own.type}({arguments})", own.type, own.kwargs, own.severity, place)


def _range(low: float | None, high: float | None) -> str:
    bounds = [f"at least {low:g}"] if low is not None else []
    bounds += [f"at most {high:g}"] if high is not None else []
    return " and ".join(bounds) or "any number"
