"""Rows of a table as Arrow batches, through BigQuery's Storage API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from include.warehouse.calls import translated_errors
from include.warehouse.table_name import TableName

if TYPE_CHECKING:
    import pyarrow as pa
    from google.cloud.bigquery_storage import BigQueryReadClient

RETRY_S = 10.0
SESSION_TIMEOUT_S = 60.0
STREAM_TIMEOUT_S = 1800.0


def stream_rows(
    client: BigQueryReadClient, project: str, name: TableName, columns: Sequence[str], restriction: str
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Open a read session and give its schema and its batches.

    Args:
        client: The Storage API.
        project: The project that pays for reading.
        name: The table.
        columns: Columns to read; none means all.
        restriction: A condition in SQL, empty for all rows.
    """
    import pyarrow as pa
    from google.api_core.exceptions import ServiceUnavailable
    from google.api_core.retry import Retry, if_exception_type
    from google.cloud.bigquery_storage_v1 import types

    options = types.ReadSession.TableReadOptions(selected_fields=columns, row_restriction=restriction)
    request = types.ReadSession(table=name.resource, data_format=types.DataFormat.ARROW, read_options=options)
    with translated_errors(f"reading `{name}`"):
        session = client.create_read_session(
            parent=f"projects/{project}",
            read_session=request,
            max_stream_count=1,
            retry=Retry(predicate=if_exception_type(ServiceUnavailable), timeout=RETRY_S),
            timeout=SESSION_TIMEOUT_S,
        )
    schema = pa.ipc.read_schema(pa.py_buffer(session.arrow_schema.serialized_schema))
    # Field metadata is the server's own business and would differ between BigQuery and the emulator.
    plain = pa.schema([field.remove_metadata() for field in schema])
    streams = [stream.name for stream in session.streams]
    return plain, _batches(client, streams, name, plain)


def _batches(
    client: BigQueryReadClient, streams: Sequence[str], name: TableName, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    with translated_errors(f"reading `{name}`"):
        for stream in streams:
            for response in client.read_rows(stream, timeout=STREAM_TIMEOUT_S):
                batch = pa.py_buffer(response.arrow_record_batch.serialized_record_batch)
                yield pa.ipc.read_record_batch(batch, schema)
