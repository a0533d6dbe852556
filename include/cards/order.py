"""In which order cards are listed, and where a page ended."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from include.cards.conditions import Clause, InvalidSearch
from include.metrics.catalogue import METRICS

FIELDS = (
    *("created_at", "updated_at", "ended_at", "logical_date", "duration", "number", "name", "user"),
    *("dag_id", "dataset", "features", "model", "model_type", "schedule", "trial", "kind"),
    *("state", "verdict", "warnings", "headline", "lift"),
)
# For SQLite's integers.
_TOO_LARGE = 2**63


@dataclass(frozen=True)
class Order:
    """By what cards are sorted; those that have nothing to sort by come last.

    Attributes:
        sort: As it was asked for.
        expression: What is sorted by, in SQL.
        values: Its parameters.
        descending: Whether the largest comes first.
    """

    sort: str
    expression: str
    values: tuple[str, ...]
    descending: bool
    # How often `sql` has the expression.
    mentions = 2

    @classmethod
    def of(cls, sort: str) -> Order:
        """Return the order of a field or a metric, with `-` before it for descending.

        Raises:
            InvalidSearch: There is no such field or metric.
        """
        name, descending = sort.removeprefix("-"), sort.startswith("-")
        if name in FIELDS:
            return cls(sort, name, (), descending)
        if name in METRICS:
            return cls(sort, "json_extract(metrics, ?)", (f'$."{name}"',), descending)
        raise InvalidSearch(f"sort is {sort!r}; use {', '.join(FIELDS)} or a metric such as recall@10.")

    @property
    def sql(self) -> str:
        """What stands behind ORDER BY; the id makes the order one."""
        way = "DESC" if self.descending else "ASC"
        return f"({self.expression}) IS NULL, {self.expression} {way}, experiment_id {way}"

    def cursor(self, value: Any, experiment_id: str) -> str:
        """Return what asks for the cards behind one."""
        text = json.dumps([self.sort, value, experiment_id], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def after(self, cursor: str | None) -> Clause:
        """Return the condition of the cards behind a cursor; of all without one.

        Raises:
            InvalidSearch: It is none, or one of another order.
        """
        if cursor is None:
            return Clause()
        value, experiment_id = self._parsed(cursor)
        beyond = "<" if self.descending else ">"
        if value is None:
            text = f"({self.expression}) IS NULL AND experiment_id {beyond} ?"
            return Clause(text, (*self.values, experiment_id))
        text = (
            f"({self.expression}) IS NULL OR {self.expression} {beyond} ? "
            f"OR ({self.expression} = ? AND experiment_id {beyond} ?)"
        )
        return Clause(text, (*self.values, *self.values, value, *self.values, value, experiment_id))

    def _parsed(self, cursor: str) -> tuple[str | float | None, str]:
        padded = cursor + "=" * (-len(cursor) % 4)
        try:
            sort, value, experiment_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (ValueError, TypeError, binascii.Error):
            sort, value, experiment_id = None, None, None
        is_ours = isinstance(experiment_id, str) and _is_known_to_sqlite(experiment_id)
        if sort != self.sort or not is_ours or not _is_known_to_sqlite(value):
            raise InvalidSearch(
                f"cursor is {cursor[:80]!r}; use next_cursor of the page before, with the same sort, "
                f"{self.sort}."
            )
        return value, experiment_id


def _is_known_to_sqlite(value: object) -> bool:
    """Whether a value of JSON can be compared there: no list, no larger number, no half of a character."""
    if isinstance(value, int):
        return abs(value) < _TOO_LARGE
    if isinstance(value, str):
        return value.isascii() or value.encode(errors="ignore").decode() == value
    return value is None or isinstance(value, float)
