"""Google's client as SQLAlchemy asks it: within limits, and an outage is never taken for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from include.labels import APPLICATION, APPLICATION_LABEL
from include.warehouse.calls import translated_errors
from include.warehouse.errors import QueryTimeout, QueryTooExpensive, WarehouseError, WarehouseUnavailable

if TYPE_CHECKING:
    from google.cloud.bigquery import Client, QueryJobConfig
    from google.cloud.bigquery.table import RowIterator

    from include.warehouse.limits import SpendingLimits

_OUTAGES = (WarehouseUnavailable, QueryTimeout, QueryTooExpensive)


class SqlClient:
    """Stands for Google's client where a library asks through its DB-API, within a `with` statement.

    `Warehouse.sql_client` builds it.

    Args:
        client: Google's client.
        dataset: Where tables are that are named without one.
        limits: What a query may be billed.
        options: Project, location and retries of each query.
    """

    def __init__(
        self, client: Client, dataset: str, limits: SpendingLimits, options: Mapping[str, Any]
    ) -> None:
        self._client = client
        self._dataset = dataset
        self._limits = limits
        self._options = options
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
        job_config.default_dataset = self._dataset
        if self._limits.of_query is not None:
            job_config.maximum_bytes_billed = self._limits.of_query
        try:
            with translated_errors(f"query in project {self._options['project']}"):
                return self._client.query_and_wait(query, job_config=job_config, **self._options, **others)
        except WarehouseError as error:
            self._failures.append(error)
            raise

    def __enter__(self) -> Self:
        """Watch what a library makes of failures."""
        return self

    def __exit__(self, *_: object) -> None:
        """Raise the first failure that says nothing about the rows, also where the library swallowed it."""
        for error in self._failures:
            if isinstance(error, _OUTAGES):
                raise error from None
