"""Which state of the source a run reads: part of the name of everything that is made of its rows."""

from collections.abc import Iterator
from datetime import datetime

from include.experiment.config.base import Frozen

MOMENT = "%Y-%m-%d %H:%M:%S UTC"


class TableState(Frozen):
    """What tells one state of a table from another.

    Attributes:
        table: Its name, as written in the dataset config.
        rows: How many rows it has; of a checksum, those that it was made of.
        changed: When it last changed, UTC; None where the warehouse does not tell.
        checksum: Sum of the hashes of its rows, where the warehouse does not tell when it changed.
    """

    table: str
    rows: int
    changed: datetime | None = None
    checksum: str | None = None

    def __str__(self) -> str:
        """The state in words."""
        if self.changed is None:
            return f"{self.table} has checksum {self.checksum}, {self.rows:,} rows"
        return f"{self.table} changed {self.changed:{MOMENT}}, {self.rows:,} rows"


class SourceState(Frozen):
    """The state of all tables of a dataset.

    Attributes:
        as_of: The past moment that was asked for, UTC; None where tables are read as they are.
        tables: The state of each table that is read as it is.
    """

    as_of: datetime | None = None
    tables: tuple[TableState, ...] = ()

    def __str__(self) -> str:
        """The state in words, for a sentence."""
        if self.as_of is not None:
            return f"all tables as of {self.as_of:{MOMENT}}"
        return "; ".join(str(table) for table in self.tables)

    @property
    def identity(self) -> Iterator[str]:
        """Yield what names the state; a past moment stands in the statement itself."""
        for table in self.tables:
            changed = table.changed.isoformat() if table.changed else ""
            yield f"{table.table} {changed} {table.checksum or ''} {table.rows}"
