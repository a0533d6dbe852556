"""The warehouse, under the credentials of the Airflow connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from include.warehouse.connection import connect
from include.warehouse.limits import SpendingLimits
from include.warehouse.spending import counted_for_run
from recsflow.identity import connection_credentials

if TYPE_CHECKING:
    from include.artifacts.experiment import ExperimentFolder
    from include.warehouse.client import Warehouse
    from recsflow.settings import Settings


def open_warehouse(settings: Settings) -> Warehouse:
    """Return the warehouse of the settings' project.

    Raises:
        SettingsError: Airflow does not have the connection.
    """
    credentials = connection_credentials(settings.gcp_conn_id)
    return connect(
        settings.project,
        location=settings.bigquery_location,
        credentials=credentials,
        limits=SpendingLimits(settings.maximum_bytes_billed_per_query, settings.maximum_bytes_billed_per_run),
    )


@contextmanager
def warehouse_of_run(settings: Settings, folder: ExperimentFolder) -> Iterator[Warehouse]:
    """Open the warehouse for a task of a run, which bounds the queries of all its tasks together.

    Args:
        settings: Where the warehouse is, and what a run may be billed.
        folder: Of the run's experiment.

    Raises:
        SettingsError: Airflow does not have the connection.
    """
    warehouse = open_warehouse(settings)
    with counted_for_run(warehouse, folder.spending):
        yield warehouse
