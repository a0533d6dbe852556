"""Starts the BigQuery emulator without the internet: its DuckDB extension comes from a package."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import duckdb_extension_spatial
from bqemulator.cli import main
from bqemulator.sql import builtin_udfs

from local_cloud import farm_fingerprint


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


if __name__ == "__main__":
    install_spatial_extension()
    builtin_udfs.register_builtin_udfs = with_fast_fingerprints(builtin_udfs.register_builtin_udfs)
    main()
