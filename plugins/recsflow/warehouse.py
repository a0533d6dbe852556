"""The warehouse, under the credentials of the Airflow connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.warehouse.connection import connect
from include.warehouse.limits import SpendingLimits
from recsflow.identity import connection_credentials

if TYPE_CHECKING:
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
