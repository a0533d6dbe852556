"""What a run may be billed, asked by dry runs before anything is spent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.errors import Problem
from include.sql.checksum import checksum_query
from include.sql.renderer import render_staging_query
from include.sql.repeated_keys import repeated_keys_query
from include.sql.row_account import row_account_query
from include.sql.template import ReadQuery
from include.warehouse.limits import PER_RUN, REMEDY, billed_bytes
from include.warehouse.profile import dates_query
from include.warehouse.source_state import CHECKSUMS_OF_A_RUN, needs_checksum

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment
    from include.warehouse.client import Warehouse


def check_spending(experiment: Experiment, warehouse: Warehouse) -> list[Problem]:
    """Return whether what a run reads of its source is more than it may be billed; by dry runs.

    What it reads of its own staged rows comes on top, as nobody knows yet how many these will be.

    Args:
        experiment: The resolved experiment, which need not know the state of its source.
        warehouse: Where its tables are.
    """
    limit = warehouse.limits.per_run
    if limit is None:
        return []
    billed = [
        (what, times * billed_bytes(warehouse.read_bytes(query)))
        for what, query, times in _queries(experiment, warehouse)
    ]
    total = sum(each for _, each in billed)
    if total <= limit:
        return []
    listed = ", ".join(f"{what} {each:,}" for what, each in billed)
    received = f"is {limit:,} bytes, but the queries of the source would be billed {total:,} ({listed})"
    return [Problem("settings", PER_RUN, received, REMEDY)]


def _queries(experiment: Experiment, warehouse: Warehouse) -> Iterator[tuple[str, ReadQuery, int]]:
    """Yield each query of the source, with what it is for and how often a run asks it."""
    dataset, project = experiment.dataset, warehouse.project
    staging = render_staging_query(experiment, staging_dataset="staging", project=project)
    yield "staging", ReadQuery(staging.select, staging.parameters), 1
    yield "the row account", row_account_query(experiment, project), 1
    if dates := dates_query(experiment, warehouse):
        yield "first and last date", dates, 1
    for table in dataset.tables[1:]:
        yield f"the keys of {table.table}", repeated_keys_query(experiment, table, project), 1
    if experiment.parameters.source_as_of is not None:
        return
    for table in dataset.tables:
        if needs_checksum(warehouse.describe(table.table)):
            query = checksum_query(experiment, table, project)
            yield f"checksums of {table.table}", query, CHECKSUMS_OF_A_RUN
