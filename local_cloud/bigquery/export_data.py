"""EXPORT DATA into the local Cloud Storage, as Parquet; the emulator would write into a folder.

Export statements in GoogleSQL, EXPORT DATA: a single-wildcard URI, whose `*` becomes a number of twelve
digits; with `overwrite` files of the same names are replaced, and no others removed.
"""

import io
import os
from collections.abc import Callable, Iterator
from math import ceil
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from bqemulator.api.dependencies import AppContext
from bqemulator.domain.errors import InvalidQueryError, NotFoundError
from bqemulator.jobs import executor
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

type WriteExport = Callable[[pa.Table, Any, AppContext], Any]

STORAGE = "STORAGE_EMULATOR_HOST"


def into_cloud_storage(write: WriteExport) -> WriteExport:
    """Returns what writes the result of EXPORT DATA, Parquet where `STORAGE_EMULATOR_HOST` says."""

    def write_objects(rows: pa.Table, options: Any, ctx: AppContext) -> Any:
        if options.format != "PARQUET" or STORAGE not in os.environ:
            return write(rows, options, ctx)
        if options.uri.count("*") != 1:
            raise InvalidQueryError("Option 'uri' value must be a wild card URI.", location="query")
        bucket_name, _, pattern = options.uri.removeprefix("gs://").partition("/")
        client = storage.Client(project="local", credentials=AnonymousCredentials())
        bucket, written = client.bucket(bucket_name), []
        try:
            for number, part in enumerate(_parts(rows, ctx.settings.export_shard_threshold_bytes)):
                blob = bucket.blob(pattern.replace("*", f"{number:012d}"))
                if not options.overwrite and blob.exists():
                    raise InvalidQueryError(
                        f"Destination already exists and overwrite is false: gs://{bucket_name}/{blob.name}"
                    )
                blob.upload_from_string(_parquet(part, options.compression), "application/octet-stream")
                written.append(f"gs://{bucket_name}/{blob.name}")
        except NotFound as missing:
            raise NotFoundError(f"Not found: URI {options.uri}") from missing
        outcome = vars(executor)["_ExportOutcome"]
        return outcome(rows=rows.num_rows, file_count=len(written), uris=written)

    return write_objects


def _parts(rows: pa.Table, threshold_bytes: int) -> Iterator[pa.Table]:
    """Yields the rows of each file; a result without rows is a file too."""
    count = max(1, ceil(rows.nbytes / threshold_bytes))
    size = max(1, ceil(rows.num_rows / count))
    for first in range(0, max(1, rows.num_rows), size):
        yield rows.slice(first, size)


def _parquet(rows: pa.Table, compression: str | None) -> bytes:
    stream = io.BytesIO()
    pq.write_table(rows, stream, compression=compression or "NONE")
    return stream.getvalue()
