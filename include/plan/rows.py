"""What staging would do, asked of the warehouse without creating anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from include.warehouse.cold_rows import cold_rows
from include.warehouse.errors import QueryFailed, TableNotFound
from include.warehouse.parquet_export import is_exported

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment
    from include.sql.renderer import StagingQuery
    from include.warehouse.client import Warehouse


@dataclass(frozen=True)
class StagedRows:
    """A staged table that is there already.

    Attributes:
        by_split: Rows of each split.
        created: When it was staged, UTC.
        exported: Whether its rows lie as files below the artifact root, too.
        cold: By id column, test rows whose id no train row has.
    """

    by_split: Mapping[str, int]
    created: datetime
    exported: bool
    cold: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RowsPlan:
    """What staging would do.

    Attributes:
        query: The statement.
        staged: What is there already; None where the statement has to run.
        scanned_bytes: What the statement would read; None where the service does not tell.
        table_rows: Rows of each table that it reads, all dates and columns; None for a view.
        refusal: The service's own words where it would not run the statement.
    """

    query: StagingQuery
    staged: StagedRows | None
    scanned_bytes: int | None
    table_rows: Mapping[str, int | None]
    refusal: str = ""


def plan_rows(
    experiment: Experiment, query: StagingQuery, *, warehouse: Warehouse, artifact_root: str
) -> RowsPlan:
    """Ask what staging would do: metadata, a count where rows are staged, and otherwise a dry run.

    Args:
        experiment: The resolved experiment.
        query: The statement that stages its rows.
        warehouse: Where the rows are.
        artifact_root: Where rows are exported to.

    Raises:
        WarehouseError: The warehouse did not answer, or refused what it was asked.
    """
    ids = (experiment.dataset.customer_id, experiment.dataset.product_id)
    staged = _staged(query, ids, warehouse, artifact_root)
    tables = [each.table for each in experiment.dataset.tables]
    rows = {table: warehouse.describe(table).num_rows for table in tables}
    if staged:
        return RowsPlan(query, staged, 0, rows)
    try:
        return RowsPlan(query, None, warehouse.scanned_bytes(query), rows)
    except QueryFailed as error:
        return RowsPlan(query, None, None, rows, refusal=str(error))


def _staged(
    query: StagingQuery, ids: Sequence[str], warehouse: Warehouse, artifact_root: str
) -> StagedRows | None:
    try:
        described = warehouse.describe(query.table)
    except TableNotFound:
        return None
    exported = is_exported(warehouse, query.table, artifact_root)
    cold = cold_rows(warehouse, query.table, ids)
    return StagedRows(warehouse.rows_by_split(query.table), described.created, exported, cold)
