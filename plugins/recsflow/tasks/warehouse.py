"""The warehouse, under the credentials of the Airflow connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.warehouse.client import Warehouse
    from recsflow.settings import Settings


def open_warehouse(settings: Settings) -> Warehouse:
    """Return the warehouse of the settings' project.

    Raises:
        SettingsError: Airflow does not have the connection.
    """
    from airflow.providers.google.common.hooks.base_google import GoogleBaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    from include.warehouse.connection import connect
    from include.warehouse.limits import SpendingLimits
    from recsflow.errors import SettingsError

    name = settings.gcp_conn_id
    try:
        credentials = GoogleBaseHook(gcp_conn_id=name).get_credentials()
    except AirflowNotFoundException:
        raise SettingsError(
            f"Airflow Variable 'recsflow': gcp_conn_id is {name!r}, a connection that Airflow does not have; "
            f"create it, or set AIRFLOW_CONN_{name.upper()}."
        ) from None
    return connect(
        settings.project,
        location=settings.bigquery_location,
        credentials=credentials,
        limits=SpendingLimits(settings.maximum_bytes_billed_per_query, settings.maximum_bytes_billed_per_run),
    )
