"""The record of a metric; standard library only, since DAG files load it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Whether the best value is the largest or the smallest; named as Optuna names them."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"


class Split(StrEnum):
    """The rows that a metric is measured on."""

    TRAIN = "train"
    EVAL = "eval"
    TEST = "test"


class Task(StrEnum):
    """What a model does, and what is measured of every model that does it."""

    RETRIEVAL = "retrieval"
    RATING = "rating"
    GRAPH_RATING = "graph_rating"
    TOWERS = "towers"


class Rows(StrEnum):
    """Which rows of a split count: all, or those whose customer had bought the product before, or not."""

    ALL = "all"
    REPEAT = "repeat"
    NOVEL = "novel"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number that the trainer reports of a model.

    Attributes:
        name: As in `training_metrics.json`, such as `recall@10`.
        title: What a chart or a column calls it.
        help: One sentence about what it says.
        direction: Which values are good; None where neither large nor small ones are.
        splits: The rows that it is measured on: `test` has those of the test rows, `epochs` all others.
        tasks: It is measured of models that do one of these; of every model where there is none.
        rows: Which rows of the split count.
        is_optional: Whether models have it only where a config or an overfit check asks for it.
        promotes: Whether a schedule's gate may go by it.
        is_searched: Whether a sweep may go by it.
        is_followed: Whether the lines about a running job show it, in the catalogue's order.
    """

    name: str
    title: str
    help: str
    direction: Direction | None
    splits: tuple[Split, ...] = (Split.TEST,)
    tasks: frozenset[Task] = frozenset()
    rows: Rows = Rows.ALL
    is_optional: bool = False
    promotes: bool = False
    is_searched: bool = False
    is_followed: bool = False

    def is_of(self, tasks: Iterable[Task]) -> bool:
        """Whether models that do these tasks have it."""
        return not self.tasks or not self.tasks.isdisjoint(tasks)

    @property
    def sign(self) -> int:
        """1 where large values are good, -1 where small ones are, 0 where neither are."""
        return {Direction.MAXIMIZE: 1, Direction.MINIMIZE: -1, None: 0}[self.direction]

    def is_better(self, value: float, than: float) -> bool:
        """Whether a value is better than another one; equal is not, nor anything without a direction."""
        return self.sign * value > self.sign * than

    def best(self, values: Iterable[float]) -> float | None:
        """Return the best of some values; None where there are none, or no direction."""
        return max(values, key=lambda value: self.sign * value, default=None) if self.sign else None
