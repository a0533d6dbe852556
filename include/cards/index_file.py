"""The SQLite file of an index, shared by the processes of a machine, and made anew where it is of no use.

Whoever has it open holds a shared lock beside it, so that nobody takes it away under a reader.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

# Counts up with each change of what is in the file; a file of another version is made anew.
VERSION = 1
BUSY_TIMEOUT_S = 30.0

_SCHEMA = """
CREATE TABLE cards (
  experiment_id TEXT PRIMARY KEY,
  dag_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  number INTEGER,
  name TEXT,
  kind TEXT NOT NULL,
  user TEXT,
  run_type TEXT,
  logical_date TEXT,
  dataset TEXT,
  features TEXT,
  model TEXT,
  model_type TEXT,
  schedule TEXT,
  sweep_id TEXT,
  trial INTEGER,
  parent_experiment_id TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  ended_at TEXT,
  duration REAL,
  state TEXT NOT NULL,
  verdict TEXT,
  warnings INTEGER NOT NULL,
  headline REAL,
  lift REAL,
  test_rows TEXT,
  metrics TEXT NOT NULL,
  searched TEXT NOT NULL
);
CREATE INDEX cards_created ON cards (created_at, experiment_id);
-- Apart, so that looking through all cards reads little.
CREATE TABLE texts (experiment_id TEXT PRIMARY KEY, card TEXT NOT NULL);
CREATE TABLE files (experiment_id TEXT PRIMARY KEY, version TEXT NOT NULL, problem TEXT) WITHOUT ROWID;
CREATE TABLE progress (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""


class IndexFile:
    """Where an index is kept.

    Args:
        path: Of the file; locks lie beside it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file, made first where there is none that can be used; what is changed is committed."""
        with self._lock("open", fcntl.LOCK_SH):
            connection = self._usable()
            if connection is not None:
                with closing(connection), connection:
                    yield connection
                return
        self._make()
        with self._lock("open", fcntl.LOCK_SH), closing(self._connect()) as made, made:
            yield made

    @contextmanager
    def updating(self) -> Iterator[bool]:
        """Tell whether this is the one process, and thread, that brings the file up to date meanwhile."""
        try:
            with self._lock("update", fcntl.LOCK_EX | fcntl.LOCK_NB):
                yield True
        except BlockingIOError:
            yield False

    def discard(self) -> None:
        """Remove the file, once nobody has it open."""
        with self._lock("open", fcntl.LOCK_EX):
            self._remove()

    def _make(self) -> None:
        with self._lock("open", fcntl.LOCK_EX):
            # Another process may have made it meanwhile.
            connection = self._usable()
            if connection is None:
                self._remove()
                connection = self._connect()
                with closing(connection):
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
            else:
                connection.close()

    def _usable(self) -> sqlite3.Connection | None:
        if not self.path.exists():
            return None
        connection = self._connect()
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute("SELECT 1 FROM cards, texts, files, progress LIMIT 1").fetchone()
        except sqlite3.DatabaseError as error:
            connection.close()
            if _is_busy(error):
                raise
            return None
        if version == VERSION:
            return connection
        connection.close()
        return None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S)
        connection.row_factory = sqlite3.Row
        # Losing what was written last in a power cut is no harm: the cards tell it again.
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def _remove(self) -> None:
        for ending in ("", "-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)

    @contextmanager
    def _lock(self, what: str, mode: int) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(f"{self.path.name}.{what}.lock").open("a") as handle:
            fcntl.flock(handle, mode)
            yield


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether an error says that the file is none of SQLite's, or not any more."""
    return _code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _code(error: sqlite3.DatabaseError) -> int:
    # The lowest byte tells the kind.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
