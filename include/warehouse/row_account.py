"""What became of each row of the window before rows were sampled.

Rows that a step drops are not in the staged table, so their numbers, and those of missing values among them,
are a question to the source. It reads dates, ids and what conditions compare; of the sample dataset that is
68% of the bytes that staging reads. One script for both would be billed more: it had to keep the window's
rows in a table with all their columns, and to read them there again. So the question is asked once for each
staged table, and its answer kept beside the exported rows, which have the same name.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydantic import ValidationError

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.experiment.config.base import Frozen
from include.sql.conditions import row_steps
from include.sql.row_account import KEPT, UNDATED, row_account_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse
    from include.warehouse.results import StagedTable


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


def account_of_staged(
    experiment: Experiment, warehouse: Warehouse, staged: StagedTable, root: str, *, timeout_s: float
) -> RowAccount:
    """Return the account of staged rows; that of a table which was there before is not asked for again.

    Args:
        experiment: Whose rows they are.
        warehouse: Where its tables are.
        staged: The staged table, named after all that determines its rows and their account.
        root: The artifact root, where the account is kept.
        timeout_s: Deadline of the query.
    """
    uri = ArtifactLayout(root).rows(staged.table).row_account
    if staged.reused and (kept := _kept(uri, experiment)):
        return kept
    account = row_account(experiment, warehouse, timeout_s=timeout_s)
    storage.write_text(uri, account.model_dump_json(indent=2))
    return account


def _kept(uri: str, experiment: Experiment) -> RowAccount | None:
    """Return a kept account; None where there is none that is about this experiment's steps."""
    try:
        kept = RowAccount.model_validate_json(storage.read_text(uri))
    except (FileNotFoundError, ValidationError):
        return None
    steps = [(step.name, step.says) for step in row_steps(experiment)]
    return kept if [(each.step, each.says) for each in kept.dropped] == steps else None


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
