"""Starts the BigQuery emulator without the internet: its DuckDB extension comes from a package."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_spatial
from bqemulator.api.routes import jobs
from bqemulator.cli import main
from bqemulator.jobs.executor import classify_statement_type
from bqemulator.sql import builtin_udfs

from local_cloud import farm_fingerprint

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


if __name__ == "__main__":
    install_spatial_extension()
    vars(jobs)["_dry_run_response"] = without_rows(vars(jobs)["_dry_run_response"])
    builtin_udfs.register_builtin_udfs = with_fast_fingerprints(builtin_udfs.register_builtin_udfs)
    main()
