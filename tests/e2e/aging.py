"""Makes all that runs left look old: the services' own records are set back, since nobody waits a month."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

from local_cloud.machine import Machine

OBJECTS = """
UPDATE objects SET record = json_set(
    record,
    '$.created_us', json_extract(record, '$.created_us') - :us,
    '$.updated_us', json_extract(record, '$.updated_us') - :us
)
"""
JOBS = """
UPDATE jobs SET
    create_time = strftime('%Y-%m-%dT%H:%M:%fZ', create_time, :days),
    update_time = strftime('%Y-%m-%dT%H:%M:%fZ', update_time, :days),
    start_time = strftime('%Y-%m-%dT%H:%M:%fZ', start_time, :days),
    end_time = strftime('%Y-%m-%dT%H:%M:%fZ', end_time, :days)
"""


def make_old(machine: Machine, days: int) -> None:
    """Sets back when objects of the bucket and jobs were made; tables of the warehouse stay young."""
    home, age = machine.settings.home, timedelta(days=days)
    changes = (
        (machine.settings.storage_root / "metadata.sqlite", OBJECTS, {"us": int(age.total_seconds() * 1e6)}),
        (home / "vertex.sqlite", JOBS, {"days": f"-{days} days"}),
    )
    for database, statement, values in changes:
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute(statement, values)
