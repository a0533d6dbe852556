"""Starts the BigQuery emulator: without the internet, for this machine alone, and mended where it hurt."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import duckdb_extension_spatial
from bqemulator import server
from bqemulator.api.routes import jobs, tables
from bqemulator.catalog import ddl_sync
from bqemulator.cli import main
from bqemulator.jobs import executor
from bqemulator.jobs.executor import classify_statement_type
from bqemulator.sql import builtin_udfs, translator
from bqemulator.storage.engine import DuckDBEngine
from bqemulator.versioning.snapshots import SnapshotManager

from local_cloud.bigquery import farm_fingerprint
from local_cloud.bigquery.csv_load import with_load_options
from local_cloud.bigquery.export_data import into_cloud_storage
from local_cloud.bigquery.file_access import with_files_shut, within_uploads
from local_cloud.bigquery.partitioned_tables import (
    ingestion_time,
    telling_required_filter,
    with_partitions,
    with_required_filter,
)
from local_cloud.bigquery.query_limits import with_bytes, with_bytes_of_job, within_limits
from local_cloud.bigquery.query_requests import QueryRequests
from local_cloud.bigquery.table_changes import with_metadata
from local_cloud.http_guard import Application, LoopbackGuard

type DryRun = Callable[..., Awaitable[dict[str, Any]]]


def install_spatial_extension() -> None:
    """Installs DuckDB's spatial extension, which the emulator insists on, from the package's file."""
    package = Path(duckdb_extension_spatial.__file__).parent
    extension = package / "extensions" / f"v{duckdb.__version__}" / "spatial.duckdb_extension"
    with duckdb.connect(":memory:") as connection:
        connection.install_extension(str(extension))


def with_fast_fingerprints(
    register: Callable[[duckdb.DuckDBPyConnection], None],
) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """Returns what registers the emulator's functions, with one of ours among them."""

    def register_and_replace(connection: duckdb.DuckDBPyConnection) -> None:
        register(connection)
        farm_fingerprint.replace_in(connection)

    return register_and_replace


def without_rows(dry_run: DryRun) -> DryRun:
    """Returns what answers a dry run, which in the emulator runs the whole query for its schema."""

    def answer(*, bq_sql: str, **arguments: Any) -> Awaitable[dict[str, Any]]:
        if classify_statement_type(bq_sql) == "SELECT":
            # On the same line, so that errors keep their line numbers.
            bq_sql = f"SELECT * FROM ({bq_sql}\n) LIMIT 0"  # noqa: S608
        return dry_run(bq_sql=bq_sql, **arguments)

    return answer


def guarded(create_app: Callable[..., Application]) -> Callable[..., Application]:
    """Returns what makes the emulator's application, behind a guard, with queries read as they are asked."""
    return lambda context: LoopbackGuard(QueryRequests(create_app(context)))


def change_emulator() -> None:
    """Puts what is done otherwise here in its places."""
    change_limits()
    vars(jobs)["_dry_run_response"] = with_bytes(without_rows(vars(jobs)["_dry_run_response"]))
    vars(executor)["_load_path_into_target"] = with_load_options(vars(executor)["_load_path_into_target"])
    vars(executor)["write_export"] = into_cloud_storage(vars(executor)["write_export"])
    # An export is not to be tried by writing it.
    vars(jobs)["_DESTRUCTIVE_STATEMENT_TYPES"] |= {"EXPORT_DATA"}
    vars(executor)["_resolve_uri"] = within_uploads(vars(executor)["_resolve_uri"])
    vars(server)["create_app"] = guarded(vars(server)["create_app"])
    builtin_udfs.register_builtin_udfs = with_fast_fingerprints(builtin_udfs.register_builtin_udfs)
    DuckDBEngine.start = with_files_shut(DuckDBEngine.start)
    SnapshotManager.record_change = with_metadata(SnapshotManager.record_change)


def change_limits() -> None:
    """Puts in what BigQuery knows of partitions and refuses before it runs a query."""
    vars(jobs)["_build_dry_run_query_response"] = with_bytes_of_job(
        vars(jobs)["_build_dry_run_query_response"]
    )
    vars(jobs)["execute_query_job"] = within_limits(vars(jobs)["execute_query_job"])
    vars(tables)["_rest_to_table_meta"] = with_required_filter(vars(tables)["_rest_to_table_meta"])
    vars(tables)["_table_to_rest"] = telling_required_filter(vars(tables)["_table_to_rest"])
    vars(ddl_sync)["_extract_ddl_metadata"] = with_partitions(vars(ddl_sync)["_extract_ddl_metadata"])
    vars(translator)["rewrite_partition_pseudo_columns"] = ingestion_time(
        vars(translator)["rewrite_partition_pseudo_columns"]
    )


if __name__ == "__main__":
    # What is uploaded and stored is for this user alone.
    os.umask(0o077)
    install_spatial_extension()
    change_emulator()
    with TemporaryDirectory(prefix="recsflow-uploads-") as uploads:
        os.environ.setdefault("BQEMU_UPLOAD_STAGING_DIR", uploads)
        main()
