"""Google's client as SQLAlchemy asks it: within limits, and an outage is never taken for an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from include.labels import APPLICATION, APPLICATION_LABEL
from include.warehouse.calls import translated_errors
from include.warehouse.errors import QueryTimeout, QueryTooExpensive, WarehouseError, WarehouseUnavailable
from include.warehouse.limits import billed_bytes

if TYPE_CHECKING:
    from google.cloud.bigquery import Client, QueryJobConfig, ScalarQueryParameter
    from google.cloud.bigquery.table import RowIterator

    from include.warehouse.limits import Spending
    from include.warehouse.table_name import TableName

_OUTAGES = (WarehouseUnavailable, QueryTimeout, QueryTooExpensive)


class SqlClient:
    """Stands for Google's client where a library asks through its DB-API, within a `with` statement.

    `Warehouse.sql_client` builds it.

    Args:
        client: Google's client.
        table: Whose rows are asked for, by its name without the dataset.
        spending: What queries may be billed, and have been.
        options: Project, location and retries of each query.
        tried: Returns the bytes that a query would read, by a dry run.
    """

    def __init__(
        self,
        client: Client,
        table: TableName,
        spending: Spending,
        options: Mapping[str, Any],
        tried: Callable[[str, Sequence[ScalarQueryParameter]], int],
    ) -> None:
        self._client = client
        self._table = table
        self._spending = spending
        self._options = options
        self._tried = tried
        self._failures: list[WarehouseError] = []

    def __getattr__(self, name: str) -> Any:
        """Everything else is Google's client."""
        return getattr(self.__dict__["_client"], name)

    def query_and_wait(self, query: str, *, job_config: QueryJobConfig, **others: Any) -> RowIterator:
        """Run a query and return its rows.

        Raises:
            WarehouseError: It was refused, or not answered; kept for the end of the `with`.
        """
        job_config.labels = {APPLICATION_LABEL: APPLICATION}
        job_config.default_dataset = f"{self._table.project}.{self._table.dataset}"
        expected = 0
        try:
            if self._spending.of_query is not None:
                tried = self._tried(query, job_config.query_parameters)
                self._spending.refuse(str(self._table), tried)
                job_config.maximum_bytes_billed, expected = self._spending.of_query, billed_bytes(tried)
            with translated_errors(f"query in project {self._options['project']}"):
                rows = self._client.query_and_wait(query, job_config=job_config, **self._options, **others)
        except WarehouseError as error:
            self._failures.append(error)
            raise
        # Such an answer has no word of what was billed.
        self._spending.add(expected)
        return rows

    def __enter__(self) -> Self:
        """Watch what a library makes of failures."""
        return self

    def __exit__(self, *_: object) -> None:
        """Raise the first failure that says nothing about the rows, also where the library swallowed it."""
        for error in self._failures:
            if isinstance(error, _OUTAGES):
                raise error from None
