"""The warehouse, under the credentials of the Airflow connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.warehouse.client import Warehouse
    from recsflow.settings import Settings


def open_warehouse(settings: Settings) -> Warehouse:
    """Return the warehouse of the settings' project."""
    from airflow.providers.google.common.hooks.base_google import GoogleBaseHook

    from include.warehouse.connection import connect

    credentials = GoogleBaseHook(gcp_conn_id=settings.gcp_conn_id).get_credentials()
    return connect(settings.project, location=settings.bigquery_location, credentials=credentials)
