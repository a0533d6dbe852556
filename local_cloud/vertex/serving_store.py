"""Models with their versions, endpoints and operations in SQLite, so that a restart loses nothing.

Each is kept as JSON of the public API. A model is named without its version.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_cloud.vertex.errors import NotFoundError
from local_cloud.vertex.states import now

DEFAULT_ALIAS = "default"
SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS versions (
    model TEXT NOT NULL, version INTEGER NOT NULL, message TEXT NOT NULL, PRIMARY KEY (model, version)
);
CREATE TABLE IF NOT EXISTS aliases (
    model TEXT NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (model, alias)
);
CREATE TABLE IF NOT EXISTS endpoints (name TEXT PRIMARY KEY, message TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS operations (name TEXT PRIMARY KEY, message TEXT NOT NULL);
"""
Message = dict[str, Any]


class ServingStore:
    """What the server knows of models and endpoints. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._connection.close()

    def add_version(self, model: str, message: Message, aliases: Iterable[str]) -> Message:
        """Adds a version; an alias that another version has moves to it, and the first one is the default."""
        with self._transaction():
            ((last,),) = self._rows("SELECT COALESCE(MAX(version), 0) FROM versions WHERE model = ?", model)
            version = last + 1
            self._rows("INSERT INTO versions VALUES (?, ?, ?)", model, version, json.dumps(message))
            for alias in {*aliases, *({DEFAULT_ALIAS} if version == 1 else ())}:
                self._rows("INSERT OR REPLACE INTO aliases VALUES (?, ?, ?)", model, alias, version)
        return self.version(model, str(version))

    def version(self, model: str, reference: str = DEFAULT_ALIAS) -> Message:
        """Returns the version that a number or an alias refers to."""
        found = self._rows(
            "SELECT v.version, v.message FROM versions v WHERE v.model = ? AND v.version = ?"
            if reference.isdecimal()
            else "SELECT v.version, v.message FROM versions v JOIN aliases a USING (model, version) "
            "WHERE a.model = ? AND a.alias = ?",
            model,
            int(reference) if reference.isdecimal() else reference,
        )
        if not found:
            raise NotFoundError(f"{model}@{reference} does not exist.")
        ((number, message),) = found
        return self._version(model, number, message)

    def versions(self, model: str) -> list[Message]:
        """Returns all versions of a model, the newest first."""
        query = "SELECT version, message FROM versions WHERE model = ? ORDER BY version DESC"
        return [self._version(model, *row) for row in self._rows(query, model)]

    def models(self, parent: str = "") -> list[Message]:
        """Returns the default version of each model, of one location or of all."""
        query = "SELECT DISTINCT model FROM versions WHERE instr(model, ?) = 1 ORDER BY model"
        return [self.version(model) for (model,) in self._rows(query, parent)]

    def merge_aliases(self, model: str, version: int, added: set[str], removed: set[str]) -> None:
        """Moves aliases to a version, and takes others from it."""
        with self._transaction():
            for alias in added:
                self._rows("INSERT OR REPLACE INTO aliases VALUES (?, ?, ?)", model, alias, version)
            for alias in removed:
                query = "DELETE FROM aliases WHERE model = ? AND alias = ? AND version = ?"
                self._rows(query, model, alias, version)

    def endpoint(self, name: str) -> Message:
        """Returns one endpoint."""
        return self._one("endpoints", name)

    def endpoints(self, parent: str = "") -> list[Message]:
        """Returns the endpoints of one location, or of all."""
        query = "SELECT message FROM endpoints WHERE instr(name, ?) = 1 ORDER BY rowid"
        return [json.loads(text) for (text,) in self._rows(query, parent)]

    def save_endpoint(self, message: Message) -> None:
        """Keeps an endpoint as it is now."""
        self._save("endpoints", {**message, "updateTime": now()})

    def operation(self, name: str) -> Message:
        """Returns one operation."""
        return self._one("operations", name)

    def operations(self, parent: str) -> list[Message]:
        """Returns the operations on a model or an endpoint."""
        query = "SELECT message FROM operations WHERE instr(name, ?) = 1 ORDER BY rowid"
        return [json.loads(text) for (text,) in self._rows(query, f"{parent}/")]

    def save_operation(self, message: Message) -> None:
        """Keeps an operation as it is now."""
        self._save("operations", message)

    def _one(self, table: str, name: str) -> Message:
        found = self._rows(f"SELECT message FROM {table} WHERE name = ?", name)  # noqa: S608
        if not found:
            raise NotFoundError(f"{name} does not exist.")
        message: Message = json.loads(found[0][0])
        return message

    def _save(self, table: str, message: Message) -> None:
        values = (message["name"], json.dumps(message))
        replaced = "ON CONFLICT (name) DO UPDATE SET message = excluded.message"
        self._rows(f"INSERT INTO {table} VALUES (?, ?) {replaced}", *values)  # noqa: S608

    def _version(self, model: str, version: int, message: str) -> Message:
        query = "SELECT alias FROM aliases WHERE model = ? AND version = ? ORDER BY alias"
        aliases = [alias for (alias,) in self._rows(query, model, version)]
        return {**json.loads(message), "name": model, "versionId": str(version), "versionAliases": aliases}

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
