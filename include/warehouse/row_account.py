"""What became of each row of the window before rows were sampled."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from include.experiment.config.base import Frozen
from include.sql.conditions import row_steps
from include.sql.row_account import KEPT, UNDATED, row_account_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse


class DroppedRows(Frozen):
    """Rows that one step dropped, of those that the steps before it had left.

    Attributes:
        step: The step's name.
        says: What these rows are like, after their number.
        rows: How many they are.
        missing: How many of them have no value to compare.
    """

    step: str
    says: str
    rows: int
    missing: int

    def __str__(self) -> str:
        """The step in words."""
        without = f", {self.missing:,} of them without a value" if self.missing else ""
        return f"{self.rows:,} rows {self.says}{without}"


class RowAccount(Frozen):
    """Every row of the window, kept or dropped; each once.

    Attributes:
        table: The table of interactions.
        undated: Rows without a date, which are in no window.
        kept: Rows that passed every step; then come shares of revenue, active customers and the sample.
        dropped: What each step dropped, in their order, also nothing.
    """

    table: str
    undated: int
    kept: int
    dropped: tuple[DroppedRows, ...]

    @property
    def in_window(self) -> int:
        """Rows of the window."""
        return self.kept + sum(each.rows for each in self.dropped)

    def lines(self) -> Iterator[str]:
        """Yield the account as sentences."""
        yield f"{self.in_window:,} rows of {self.table} are in the window"
        if self.undated:
            yield f"{self.undated:,} rows of {self.table} have no date and are in no window"
        for each in self.dropped:
            if each.rows or each.step.startswith("condition"):
                yield f"dropped: {each}"
        yield f"{self.kept:,} rows are left, before any share of revenue, least activity and sample"


def row_account(experiment: Experiment, warehouse: Warehouse, *, timeout_s: float) -> RowAccount:
    """Return the account of an experiment's rows, by one query over the window."""
    rows = warehouse.ask(row_account_query(experiment, warehouse.project), timeout_s=timeout_s)
    counts: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for row in rows:
        counts[row["step"]] += row["row_count"]
        missing[row["step"]] += row["row_count"] if row["is_missing"] else 0
    return RowAccount(
        table=experiment.dataset.tables[0].table,
        undated=counts[UNDATED],
        kept=counts[KEPT],
        dropped=tuple(
            DroppedRows(step=step.name, says=step.says, rows=counts[step.name], missing=missing[step.name])
            for step in row_steps(experiment)
        ),
    )
