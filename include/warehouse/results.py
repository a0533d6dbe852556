"""What the warehouse answers."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DateRange:
    """First and last instant of a date column, UTC, both None where no row has a date."""

    first: datetime | None
    last: datetime | None
    rows: int


@dataclass(frozen=True)
class StagedTable:
    """The staged rows of an experiment.

    Attributes:
        table: Full name, project.dataset.table.
        rows: All rows of the splits.
        rows_by_split: Rows of train, eval and test, 0 for an empty split.
        history_rows: Rows of train and eval that the sample leaves out; they are in no split.
        bytes_billed: What staging cost, 0 where the rows were already there.
        reused: Whether the table was already there.
        job_id: The BigQuery job that created the table; None where it was there already.
    """

    table: str
    rows: int
    rows_by_split: dict[str, int]
    history_rows: int
    bytes_billed: int
    reused: bool
    job_id: str | None
