"""Names of tables, always with their project."""

from __future__ import annotations

import re
from dataclasses import dataclass

from include.warehouse.errors import InvalidTableName

_PROJECT = r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]*"
_TABLE_NAME = re.compile(rf"(?:(?P<project>{_PROJECT})\.)?(?P<dataset>\w+)\.(?P<table>[\w-]+)")


@dataclass(frozen=True)
class TableName:
    """A table's full name; safe to stand between backticks."""

    project: str
    dataset: str
    table: str

    @classmethod
    def parse(cls, text: str, *, project: str) -> TableName:
        """Read `dataset.table` or `project.dataset.table`.

        Args:
            text: The name.
            project: Owner of the table where the name has no project.
        """
        match = _TABLE_NAME.fullmatch(text)
        if match is None:
            raise InvalidTableName(
                f"table: received {text!r}; use `dataset.table` or `project.dataset.table`."
            )
        return cls(match["project"] or project, match["dataset"], match["table"])

    def __str__(self) -> str:
        return f"{self.project}.{self.dataset}.{self.table}"

    @property
    def resource(self) -> str:
        """The form that the Storage API takes."""
        return f"projects/{self.project}/datasets/{self.dataset}/tables/{self.table}"
