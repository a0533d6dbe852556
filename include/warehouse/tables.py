"""The life of tables: which there are, until when they are kept, and their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.warehouse.calls import translated_errors

if TYPE_CHECKING:
    from google.cloud.bigquery import Client


@dataclass(frozen=True)
class ListedTable:
    """A table of a dataset.

    Attributes:
        name: Its full name.
        size_bytes: 0 where the service does not tell.
    """

    name: str
    created: datetime
    changed: datetime
    size_bytes: int


class Tables:
    """Tables of one project. `Warehouse.tables` builds it.

    Args:
        client: Google's client.
        call: Retry and timeout of each call.
    """

    def __init__(self, client: Client, call: dict[str, Any]) -> None:
        self._client = client
        self._call = call

    def names(self, dataset: str) -> list[str]:
        """Names of a dataset's tables, without views; none where there is no such dataset."""
        from google.api_core.exceptions import NotFound

        where = f"{self._client.project}.{dataset}"
        with translated_errors(f"dataset `{where}`"):
            try:
                listed = list(self._client.list_tables(where, **self._call))
            except NotFound:
                return []
        return [table.table_id for table in listed if table.table_type == "TABLE"]

    def location(self, dataset: str) -> str | None:
        """Where a dataset is, `EU` for example; None where there is none of that name."""
        from google.api_core.exceptions import NotFound

        where = f"{self._client.project}.{dataset}"
        with translated_errors(f"dataset `{where}`"):
            try:
                return str(self._client.get_dataset(where, **self._call).location)
            except NotFound:
                return None

    def listed(self, table: str) -> ListedTable:
        """A table's dates and size; TableNotFound where there is none."""
        with translated_errors(f"table `{table}`"):
            found = self._client.get_table(table, **self._call)
        return ListedTable(table, found.created, found.modified or found.created, found.num_bytes or 0)

    def drop(self, table: str) -> None:
        """Remove a table; nothing happens where there is none."""
        with translated_errors(f"table `{table}`"):
            self._client.delete_table(table, not_found_ok=True, **self._call)

    def keep(self, table: str, until: datetime) -> None:
        """Let a table that expires live at least so long."""
        with translated_errors(f"table `{table}`"):
            found = self._client.get_table(table, **self._call)
            if found.expires is None or found.expires >= until:
                return
            found.expires = until
            self._client.update_table(found, ["expires"], **self._call)
