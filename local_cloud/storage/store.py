"""The server's memory: buckets, objects and uploads in SQLite, and the bytes as files beside it.

An object is there when its row is: bytes are written first, and removed after the row that named them. So a
kill at any moment leaves at most files that no row names, which the next start removes.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from local_cloud.storage.contents import Content, Contents
from local_cloud.storage.errors import ConflictError, NotFoundError
from local_cloud.storage.records import Bucket, StoredObject, Upload
from local_cloud.storage.write_rate import WriteRate

# https://cloud.google.com/storage/docs/resumable-uploads: a session ends after a week.
UPLOAD_LIFE_US = 7 * 24 * 3600 * 1_000_000
SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL, name TEXT NOT NULL, content TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (bucket, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
    upload_id TEXT PRIMARY KEY, content TEXT NOT NULL, begun_us INTEGER NOT NULL, record TEXT NOT NULL
) WITHOUT ROWID;
"""


class Store:
    """Buckets, objects and uploads. For one thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.contents = Contents(folder / "contents")
        self.write_rate = WriteRate()
        self._connection = sqlite3.connect(folder / "metadata.sqlite", isolation_level=None)
        self._connection.executescript(SCHEMA)
        self._last_us = 0
        self._remove_leavings()

    def close(self) -> None:
        """Closes the database."""
        self._connection.close()

    def now_us(self) -> int:
        """Returns microseconds since 1970, larger at each call: what generations are made of."""
        self._last_us = max(self._last_us + 1, time.time_ns() // 1000)
        return self._last_us

    def insert_bucket(self, bucket: Bucket) -> None:
        """Adds a bucket."""
        try:
            self._execute("INSERT INTO buckets VALUES (?, ?)", bucket.name, json.dumps(asdict(bucket)))
        except sqlite3.IntegrityError:
            raise ConflictError(
                f"The bucket {bucket.name} exists already; use another name, they are the whole world's."
            ) from None

    def update_bucket(self, bucket: Bucket) -> None:
        """Saves a bucket's changed fields."""
        self._execute("UPDATE buckets SET record = ? WHERE name = ?", json.dumps(asdict(bucket)), bucket.name)

    def bucket(self, name: str) -> Bucket:
        """Returns a bucket."""
        row = self._one("SELECT record FROM buckets WHERE name = ?", name)
        if row is None:
            raise NotFoundError("The specified bucket does not exist.")
        return Bucket(**json.loads(row[0]))

    def buckets(self, project: str, prefix: str) -> list[Bucket]:
        """Returns the buckets of a project by name."""
        rows = self._connection.execute("SELECT record FROM buckets ORDER BY name")
        found = [Bucket(**json.loads(row[0])) for row in rows]
        return [bucket for bucket in found if bucket.project == project and bucket.name.startswith(prefix)]

    def delete_bucket(self, name: str) -> None:
        """Removes an empty bucket."""
        self.bucket(name)
        if self._one("SELECT 1 FROM objects WHERE bucket = ? LIMIT 1", name) is not None:
            raise ConflictError("The bucket you tried to delete is not empty.")
        self._execute("DELETE FROM buckets WHERE name = ?", name)

    def find(self, bucket: str, name: str) -> StoredObject | None:
        """Returns an object, or None; refuses a bucket that is not there."""
        row = self._one("SELECT record FROM objects WHERE bucket = ? AND name = ?", bucket, name)
        if row is None:
            self.bucket(bucket)
            return None
        return StoredObject(**json.loads(row[0]))

    def objects_from(self, bucket: str, first: str, limit: int) -> list[StoredObject]:
        """Returns objects in the order of their names' UTF-8 bytes, from a name on."""
        query = "SELECT record FROM objects WHERE bucket = ? AND name >= ? ORDER BY name LIMIT ?"
        return [
            StoredObject(**json.loads(row[0]))
            for row in self._connection.execute(query, (bucket, first, limit))
        ]

    def put(self, new: StoredObject) -> None:
        """Makes an object visible in the place of the one before it, whose bytes go."""
        with self._transaction():
            old = self._replace(new)
        self._forget(old, new)

    def add(
        self,
        bucket: str,
        name: str,
        content: Content,
        metadata: dict[str, object],
        components: int | None = None,
    ) -> StoredObject:
        """Makes an object of bytes that are written, and returns it."""
        new = self._object_of(bucket, name, content, metadata, components)
        self.put(new)
        return new

    def copy(self, source: StoredObject, bucket: str, name: str, metadata: dict[str, object]) -> StoredObject:
        """Makes a second object of the same bytes, and returns it."""
        moment = self.now_us()
        new = replace(
            source,
            bucket=bucket,
            name=name,
            generation=moment,
            metageneration=1,
            content=self.contents.link(source.content),
            created_us=moment,
            updated_us=moment,
            metadata=metadata,
        )
        self.put(new)
        return new

    def delete(self, found: StoredObject) -> None:
        """Removes an object."""
        self._execute("DELETE FROM objects WHERE bucket = ? AND name = ?", found.bucket, found.name)
        self.contents.remove(found.content)

    def save_upload(self, upload: Upload) -> None:
        """Saves a resumable upload."""
        record = json.dumps(asdict(upload))
        values = (upload.upload_id, upload.content, self.now_us(), record)
        self._execute("REPLACE INTO uploads VALUES (?, ?, ?, ?)", *values)

    def upload(self, upload_id: str) -> Upload:
        """Returns a resumable upload."""
        row = self._one("SELECT record FROM uploads WHERE upload_id = ?", upload_id)
        if row is None:
            raise NotFoundError(
                "The upload session does not exist: it ended, was cancelled, or is a week old."
            )
        return Upload(**json.loads(row[0]))

    def cancel_upload(self, upload: Upload) -> None:
        """Forgets a resumable upload and what arrived of it."""
        self._execute("DELETE FROM uploads WHERE upload_id = ?", upload.upload_id)
        if upload.generation is None:
            self.contents.remove(upload.content)

    def finish_upload(self, upload: Upload, content: Content) -> StoredObject:
        """Makes the object of an upload, and remembers in the session which one it became."""
        new = self._object_of(upload.bucket, upload.name, content, upload.metadata, None)
        with self._transaction():
            old = self._replace(new)
            self.save_upload(replace(upload, generation=new.generation))
        self._forget(old, new)
        return new

    def _object_of(
        self, bucket: str, name: str, content: Content, metadata: dict[str, object], components: int | None
    ) -> StoredObject:
        content.close()
        moment = self.now_us()
        return StoredObject(
            bucket=bucket,
            name=name,
            generation=moment,
            metageneration=1,
            content=content.name,
            size=content.size,
            md5=content.md5 if components is None else None,
            crc32c=content.crc32c,
            component_count=components,
            created_us=moment,
            updated_us=moment,
            metadata=metadata,
        )

    def _replace(self, new: StoredObject) -> str | None:
        """Writes an object's row; returns the content of the one before it."""
        old = self._one("SELECT content FROM objects WHERE bucket = ? AND name = ?", new.bucket, new.name)
        record = json.dumps(asdict(new))
        self._execute("REPLACE INTO objects VALUES (?, ?, ?, ?)", new.bucket, new.name, new.content, record)
        self.write_rate.note(new.bucket, new.name)
        return old[0] if old else None

    def _forget(self, old: str | None, new: StoredObject) -> None:
        if old is not None and old != new.content:
            self.contents.remove(old)

    def _remove_leavings(self) -> None:
        self._execute("DELETE FROM uploads WHERE begun_us < ?", self.now_us() - UPLOAD_LIFE_US)
        rows = self._connection.execute("SELECT content FROM objects UNION SELECT content FROM uploads")
        self.contents.keep_only(row[0] for row in rows)

    def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return row

    def _execute(self, query: str, *values: object) -> None:
        self._connection.execute(query, values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
