"""What a run may be billed: of its source, asked by dry runs before anything is spent, and in all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from include import storage
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


@contextmanager
def counted_for_run(warehouse: Warehouse, uri: str) -> Iterator[None]:
    """Bound what all queries of a run are billed together, tried again or not, over its tasks.

    Args:
        warehouse: What they are asked of; it has a limit for a run, or nothing is counted.
        uri: File that has the run's sum from one task to the next.
    """
    if warehouse.spending.limits.per_run is None:
        yield
        return
    try:
        warehouse.spending.billed = int(json.loads(storage.read_text(uri))["billed_bytes"])
    except FileNotFoundError:
        warehouse.spending.billed = 0
    try:
        yield
    finally:
        storage.write_text(uri, json.dumps({"billed_bytes": warehouse.spending.billed}) + "\n")


def check_spending(experiment: Experiment, warehouse: Warehouse) -> list[Problem]:
    """Return whether what a run reads of its source is more than it may be billed; by dry runs.

    What it reads of its own staged rows comes on top, as nobody knows yet how many these will be: their
    queries are checked one by one, against what is left.

    Args:
        experiment: The resolved experiment, which need not know the state of its source.
        warehouse: Where its tables are.
    """
    limit, before = warehouse.spending.limits.per_run, warehouse.spending.billed or 0
    if limit is None:
        return []
    billed = [
        (what, times * billed_bytes(warehouse.read_bytes(query)))
        for what, query, times in _queries(experiment, warehouse)
    ]
    total = sum(each for _, each in billed)
    if before + total <= limit:
        return []
    listed = ", ".join(f"{what} {each:,}" for what, each in billed)
    spent = f", of which the run was billed {before:,} before" if before else ""
    received = (
        f"is {limit:,} bytes{spent}, but the queries of the source would be billed {total:,} ({listed})"
    )
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
