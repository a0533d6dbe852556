"""Starts the BigQuery emulator without the internet: its DuckDB extension comes from a package."""

from pathlib import Path

import duckdb
import duckdb_extension_spatial
from bqemulator.cli import main


def install_spatial_extension() -> None:
    """Installs DuckDB's spatial extension, which the emulator insists on, from the package's file."""
    package = Path(duckdb_extension_spatial.__file__).parent
    extension = package / "extensions" / f"v{duckdb.__version__}" / "spatial.duckdb_extension"
    with duckdb.connect(":memory:") as connection:
        connection.install_extension(str(extension))


if __name__ == "__main__":
    install_spatial_extension()
    main()
