"""Keeps the emulator's queries away from the machine's files.

DuckDB reads and writes whatever file a query names: `read_text`, `read_csv`, `COPY … TO`, an extension.
BigQuery has none of it. What stays open is the database, DuckDB's spill folder, and the folders that uploads
and `gs://` URIs go through.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bqemulator.api.dependencies import AppContext
from bqemulator.config import Settings
from bqemulator.domain.errors import InvalidQueryError
from bqemulator.storage.engine import DuckDBEngine
from duckdb import DuckDBPyConnection

type Start = Callable[[DuckDBEngine], Awaitable[None]]
type Resolve = Callable[[str, AppContext], str]


def shut(connection: DuckDBPyConnection, folders: Sequence[Path]) -> None:
    """Leaves a connection these folders, and no way to open others."""
    listed = ", ".join("'" + str(folder).replace("'", "''") + "'" for folder in folders)
    connection.execute(f"SET allowed_directories = [{listed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def with_files_shut(start: Start) -> Start:
    """Returns what starts an engine, whose last step it is to shut the files."""

    async def start_and_shut(engine: DuckDBEngine) -> None:
        await start(engine)
        settings: Settings = engine._settings
        wanted = (settings.upload_staging_dir, settings.gcs_local_root)
        shut(engine.connection, [folder for folder in wanted if folder is not None])

    return start_and_shut


def within_uploads(resolve: Resolve) -> Resolve:
    """Returns what finds the file of a load or an export: in Cloud Storage, or what was uploaded just now.

    The emulator would take any path of the machine for one, and reads some formats without DuckDB.
    """

    def resolve_within(uri: str, ctx: AppContext) -> str:
        path = Path(resolve(uri, ctx))
        uploads = ctx.upload_sessions.staging_dir if ctx.upload_sessions else None
        if not uri.startswith("gs://") and (uploads is None or path.resolve().parent != uploads.resolve()):
            raise InvalidQueryError(
                f"{uri} is no object of Cloud Storage; give a gs:// URI, or upload the file "
                "(load_table_from_file)."
            )
        return str(path)

    return resolve_within
