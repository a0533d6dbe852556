"""Errors of the warehouse.

WarehouseError
├── InvalidTableName     a name that is not `dataset.table` or `project.dataset.table`
├── TableNotFound        the table, or the dataset around it, does not exist
├── QueryFailed          BigQuery refused or aborted a query
├── QueryTooExpensive    a query, or a run, would be billed more than the settings allow
├── QueryTimeout         a query passed its deadline and was cancelled
├── SourceChanged        a table changed while rows were taken from it
└── WarehouseUnavailable the service did not answer
"""

from include.errors import RecsflowError


class WarehouseError(RecsflowError):
    """Base of every error that the warehouse raises."""


class InvalidTableName(WarehouseError, ValueError):
    """A name that is not `dataset.table` or `project.dataset.table`."""


class TableNotFound(WarehouseError):
    """The table, or the dataset around it, does not exist."""


class QueryFailed(WarehouseError):
    """BigQuery refused or aborted a query; the message carries its own words and the job."""


class QueryTooExpensive(WarehouseError):
    """A query would be billed more bytes than the settings allow; it was not run."""


class QueryTimeout(WarehouseError):
    """A query passed its deadline and was cancelled."""


class WarehouseUnavailable(WarehouseError):
    """The service did not answer; trying again later may help."""


class SourceChanged(WarehouseError):
    """A table changed while rows were taken from it, so that nobody knows which of its states they are of."""
