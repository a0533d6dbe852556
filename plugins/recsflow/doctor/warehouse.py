"""Whether BigQuery takes a query, and where the staged rows are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.sql.template import ReadQuery
from recsflow.doctor.finding import Finding, bad, good
from recsflow.warehouse import open_warehouse

if TYPE_CHECKING:
    from recsflow.settings import Settings


def check_warehouse(settings: Settings) -> Iterator[Finding]:
    """Let a query be checked without running it, and compare the place of the staging dataset."""
    warehouse = open_warehouse(settings)
    warehouse.read_bytes(ReadQuery("SELECT 1 AS one", ()))
    yield good("bigquery", f"takes queries of project {settings.project} in {settings.bigquery_location}")
    dataset, location = settings.staging_dataset, warehouse.tables.location(settings.staging_dataset)
    if location is None:
        yield good("bigquery", f"dataset {dataset} is made in {settings.bigquery_location} by the first run")
    elif location.upper() != settings.bigquery_location.upper():
        yield bad(
            "bigquery",
            f"dataset {dataset} is in {location}, and bigquery_location is {settings.bigquery_location!r}; "
            "correct it, or name another staging_dataset",
        )
    else:
        yield good("bigquery", f"dataset {dataset} is in {location}")
