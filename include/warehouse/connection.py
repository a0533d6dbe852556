"""Connect to BigQuery, or to its emulator where the environment names one.

`BIGQUERY_EMULATOR_HOST` (with scheme, read by Google's client itself) and `BIGQUERY_STORAGE_EMULATOR_HOST`
(host:port, gRPC without TLS) select the emulator, and belong together.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from include.warehouse.client import Warehouse
from include.warehouse.errors import WarehouseError
from include.warehouse.limits import SpendingLimits

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.cloud.bigquery_storage import BigQueryReadClient

REST_EMULATOR = "BIGQUERY_EMULATOR_HOST"
STORAGE_EMULATOR = "BIGQUERY_STORAGE_EMULATOR_HOST"
API_RETRY_S = 60.0


def connect(
    project: str,
    *,
    location: str,
    credentials: Credentials | None = None,
    limits: SpendingLimits = SpendingLimits(),  # noqa: B008 (frozen)
) -> Warehouse:
    """Open the warehouse of one project.

    Args:
        project: The project that runs and pays for every job, and that unqualified tables belong to. It
            is never taken from the environment.
        location: BigQuery location of the datasets, `US` for example.
        credentials: Google credentials; None means the application default, or none on the emulator.
        limits: What queries may be billed.

    Raises:
        WarehouseError: The project is empty, or only half of the emulator is configured.
    """
    if not project:
        raise WarehouseError("connection: received no project; set `project` in the Airflow connection.")
    on_emulator = STORAGE_EMULATOR in os.environ
    if on_emulator != (REST_EMULATOR in os.environ):
        missing = REST_EMULATOR if on_emulator else STORAGE_EMULATOR
        raise WarehouseError(f"environment: {missing} is not set; set both emulator addresses or neither.")

    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    if on_emulator and credentials is None:
        credentials = AnonymousCredentials()
    return Warehouse(
        client=bigquery.Client(project=project, location=location, credentials=credentials),
        storage_client=_storage_client(credentials),
        # The emulator answers a broken query with 500, which the default would repeat for minutes.
        retry=None if on_emulator else bigquery.DEFAULT_RETRY.with_timeout(API_RETRY_S),
        limits=limits,
    )


def _storage_client(credentials: Credentials | None) -> BigQueryReadClient:
    from google.cloud.bigquery_storage import BigQueryReadClient

    address = os.environ.get(STORAGE_EMULATOR)
    if address is None:
        return BigQueryReadClient(credentials=credentials)

    import grpc
    from google.cloud.bigquery_storage_v1.services.big_query_read.transports import BigQueryReadGrpcTransport

    channel = grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)])
    return BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))
