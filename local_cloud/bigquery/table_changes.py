"""When a table last changed and how many rows it has, told by the emulator as BigQuery tells it.

The emulator announces each change (load, copy, INSERT, UPDATE, DELETE, streamed rows) to its snapshots,
but leaves the table's metadata as they were: a table whose rows were all replaced looks unchanged.
"""

from collections.abc import Callable
from typing import Any

from bqemulator.storage.sql_identifiers import quoted_table_ref
from bqemulator.versioning.snapshots import SnapshotManager

type RecordChange = Callable[[SnapshotManager, str, str, str], Any]


def with_metadata(record_change: RecordChange) -> RecordChange:
    """Returns what records a change of a table, in the table's metadata too."""

    def record(manager: SnapshotManager, project: str, dataset: str, table: str) -> Any:
        recorded = record_change(manager, project, dataset, table)
        own = vars(manager)
        if (found := own["_catalog"].get_table(project, dataset, table)) is not None:
            counted = own["_engine"].execute(
                f"SELECT COUNT(*) FROM {quoted_table_ref(project, dataset, table)}"  # noqa: S608 (quoted)
            )
            changes = {"last_modified_time": own["_clock"].now(), "num_rows": counted.fetchone()[0]}
            own["_catalog"].update_table(found.model_copy(update=changes))
        return recorded

    return record
