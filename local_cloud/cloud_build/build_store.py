"""Builds in SQLite, each as the message that it is answered as."""

import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local_cloud.cloud_build.statuses import Status
from local_cloud.vertex.errors import NotFoundError

type Build = dict[str, Any]

SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS builds (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, project TEXT NOT NULL,
    location TEXT NOT NULL, message TEXT NOT NULL
);
"""


class BuildStore:
    """The builds of a server. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._connection.close()

    def add(self, build: Build, location: str) -> None:
        """Adds a build."""
        values = (build["id"], build["projectId"], location, json.dumps(build))
        with self._lock:
            self._connection.execute(
                "INSERT INTO builds (id, project, location, message) VALUES (?, ?, ?, ?)", values
            )

    def get(self, project: str, location: str, build_id: str) -> Build:
        """Returns a build."""
        found = [build for build in self.listed(project, location) if build["id"] == build_id]
        if not found:
            raise NotFoundError("Requested entity was not found.")
        return found[0]

    def listed(self, project: str, location: str) -> list[Build]:
        """Returns the builds of a location, the newest first."""
        query = "SELECT message FROM builds WHERE project = ? AND location = ? ORDER BY number DESC"
        return self._messages(query, project, location)

    def unfinished(self) -> list[Build]:
        """Returns the builds that were not at their end."""
        builds = self._messages("SELECT message FROM builds")
        return [build for build in builds if not Status(build["status"]).is_final]

    def change(self, build_id: str, change: Callable[[Build], None]) -> bool:
        """Changes a build; does nothing, and returns False, where it has ended."""
        with self._lock:
            row = self._connection.execute("SELECT message FROM builds WHERE id = ?", (build_id,)).fetchone()
            build: Build = json.loads(row[0])
            if Status(build["status"]).is_final:
                return False
            change(build)
            self._connection.execute(
                "UPDATE builds SET message = ? WHERE id = ?", (json.dumps(build), build_id)
            )
            return True

    def _messages(self, query: str, *values: str) -> list[Build]:
        with self._lock:
            rows = self._connection.execute(query, values).fetchall()
        return [json.loads(row[0]) for row in rows]
