"""Jobs, tasks and cached results in SQLite, so that a restart of the server loses nothing."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local_cloud.vertex.errors import AlreadyExistsError, NotFoundError
from local_cloud.vertex.states import (
    CachedResult,
    Collection,
    JobKey,
    JobRecord,
    JobState,
    TaskRecord,
    TaskState,
    now,
)

SCHEMA_VERSION = 3
SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA foreign_keys = ON;
CREATE TABLE IF NOT EXISTS jobs (
    name TEXT PRIMARY KEY, project TEXT NOT NULL, location TEXT NOT NULL, job_id TEXT NOT NULL,
    request TEXT NOT NULL, state TEXT NOT NULL,
    create_time TEXT NOT NULL, update_time TEXT NOT NULL, start_time TEXT, end_time TEXT,
    error TEXT NOT NULL DEFAULT '', resumptions INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS tasks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE, name TEXT NOT NULL, state TEXT NOT NULL,
    create_time TEXT NOT NULL, start_time TEXT, end_time TEXT, error TEXT NOT NULL DEFAULT '',
    inputs TEXT NOT NULL DEFAULT '{}', outputs TEXT NOT NULL DEFAULT '{}',
    peak_memory_mib INTEGER NOT NULL DEFAULT 0, reused_from TEXT NOT NULL DEFAULT '',
    error_code INTEGER NOT NULL DEFAULT 0, main_job TEXT NOT NULL DEFAULT '',
    pre_caching_check_job TEXT NOT NULL DEFAULT '', execution TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS tasks_of_job ON tasks (job);
CREATE TABLE IF NOT EXISTS cache (
    key TEXT PRIMARY KEY, job_id TEXT NOT NULL, outputs TEXT NOT NULL, paths TEXT NOT NULL,
    execution TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS executions (id TEXT PRIMARY KEY);
"""
INSERT_JOB = """
INSERT INTO jobs (name, project, location, job_id, request, state, create_time, update_time)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
# A job that is being cancelled never goes back to running, and one that has ended never changes.
UPDATE_JOB = """
UPDATE jobs SET state = ?, update_time = ?, start_time = ?, end_time = ?, error = ?, resumptions = ?
WHERE name = ? AND NOT (state = 'PIPELINE_STATE_CANCELLING' AND ? = 'PIPELINE_STATE_RUNNING')
    AND state NOT IN ('PIPELINE_STATE_SUCCEEDED', 'PIPELINE_STATE_FAILED', 'PIPELINE_STATE_CANCELLED')
"""
BEGIN_CANCELLATION = """
UPDATE jobs SET state = 'PIPELINE_STATE_CANCELLING', update_time = ?
WHERE name = ?
    AND state NOT IN ('PIPELINE_STATE_SUCCEEDED', 'PIPELINE_STATE_FAILED', 'PIPELINE_STATE_CANCELLED')
"""
UPDATE_TASK = """
UPDATE tasks SET state = ?, start_time = ?, end_time = ?, error = ?, inputs = ?, outputs = ?,
    peak_memory_mib = ?, reused_from = ?, error_code = ?, main_job = ?, pre_caching_check_job = ?,
    execution = ?
WHERE number = ?
"""


class Store:
    """The server's memory. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _move_other_version_aside(path)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(f"{SCHEMA}PRAGMA user_version = {SCHEMA_VERSION};")

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._connection.close()

    def create_job(self, job: JobRecord, task_names: Sequence[str]) -> JobRecord:
        """Adds a job with its tasks, all pending."""
        key = job.key
        values = (json.dumps(job.request), job.state, job.create_time, job.update_time)
        with self._transaction() as cursor:
            try:
                cursor.execute(INSERT_JOB, (key.name, key.project, key.location, key.job_id, *values))
            except sqlite3.IntegrityError as error:
                raise AlreadyExistsError(f"{key.name} already exists; use another id.") from error
            cursor.executemany(
                "INSERT INTO tasks (job, name, state, create_time) VALUES (?, ?, ?, ?)",
                [(key.name, name, TaskState.PENDING, job.create_time) for name in task_names],
            )
        return self.job(key)

    def job(self, key: JobKey) -> JobRecord:
        """Returns one job."""
        found = self._jobs("SELECT * FROM jobs WHERE name = ?", key.name)
        if not found:
            raise NotFoundError(f"{key.name} does not exist; list the jobs of {key.parent}.")
        return found[0]

    def jobs(self, project: str, location: str, collection: Collection) -> list[JobRecord]:
        """Returns the jobs of one kind in a location, the newest first."""
        query = "SELECT * FROM jobs WHERE project = ? AND location = ? ORDER BY create_time DESC, name"
        found = self._jobs(query, project, location)
        return [job for job in found if job.key.collection is collection]

    def newest_jobs(self, limit: int) -> list[JobRecord]:
        """Returns the newest jobs of all locations."""
        return self._jobs("SELECT * FROM jobs ORDER BY create_time DESC, name LIMIT ?", limit)

    def find_job(self, job_id: str) -> JobRecord:
        """Returns the newest job with an id, whatever its project and location."""
        found = self._jobs("SELECT * FROM jobs WHERE job_id = ? ORDER BY create_time DESC", job_id)
        if not found:
            raise NotFoundError(f"There is no job {job_id!r}; see the list of jobs.")
        return found[0]

    def unfinished_jobs(self) -> list[JobRecord]:
        """Returns the jobs that were not at their end, the oldest first."""
        final = [state for state in JobState if state.is_final]
        return self._jobs("SELECT * FROM jobs WHERE state NOT IN (?, ?, ?) ORDER BY create_time", *final)

    def update_job(self, job: JobRecord) -> None:
        """Saves a job's own fields."""
        job.update_time = now()
        values = (job.state, job.update_time, job.start_time, job.end_time, job.error, job.resumptions)
        with self._transaction() as cursor:
            cursor.execute(UPDATE_JOB, (*values, job.key.name, job.state))

    def begin_cancellation(self, key: JobKey) -> bool:
        """Marks a job as being cancelled; returns False, and changes nothing, where it has ended."""
        with self._transaction() as cursor:
            return cursor.execute(BEGIN_CANCELLATION, (now(), key.name)).rowcount == 1

    def update_task(self, key: JobKey, task: TaskRecord) -> None:
        """Saves a task."""
        values = (
            *(task.state, task.start_time, task.end_time, task.error),
            *(json.dumps(task.inputs), json.dumps(task.outputs), task.peak_memory_mib, task.reused_from),
            *(task.error_code, task.main_job, task.pre_caching_check_job, task.execution),
        )
        with self._transaction() as cursor:
            cursor.execute(UPDATE_TASK, (*values, task.number))
            if task.execution:
                cursor.execute("INSERT OR IGNORE INTO executions VALUES (?)", (task.execution,))
            cursor.execute("UPDATE jobs SET update_time = ? WHERE name = ?", (now(), key.name))

    def delete_job(self, key: JobKey) -> None:
        """Forgets a job; its cached results stay usable."""
        with self._transaction() as cursor:
            cursor.execute("DELETE FROM jobs WHERE name = ?", (key.name,))

    def cached(self, cache_key: str) -> CachedResult | None:
        """Returns what an earlier equal task produced."""
        with self._lock:
            row = self._connection.execute("SELECT * FROM cache WHERE key = ?", (cache_key,)).fetchone()
        if row is None:
            return None
        return CachedResult(
            row["job_id"], json.loads(row["outputs"]), json.loads(row["paths"]), row["execution"]
        )

    def save_cached(self, cache_key: str, result: CachedResult) -> None:
        """Keeps a task's result for later equal tasks."""
        made = (json.dumps(result.outputs), json.dumps(result.paths), result.execution)
        with self._transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?, ?)", (cache_key, result.job_id, *made)
            )

    def delete_execution(self, execution: str) -> bool:
        """Forgets an execution, and its results in the cache; returns False where there is none."""
        with self._transaction() as cursor:
            cursor.execute("DELETE FROM cache WHERE execution = ?", (execution,))
            return cursor.execute("DELETE FROM executions WHERE id = ?", (execution,)).rowcount == 1

    def _jobs(self, query: str, *values: object) -> list[JobRecord]:
        with self._lock:
            rows = self._connection.execute(query, values).fetchall()
            return [_job_record(row, self._tasks(row["name"])) for row in rows]

    def _tasks(self, job: str) -> list[TaskRecord]:
        rows = self._connection.execute("SELECT * FROM tasks WHERE job = ? ORDER BY number", (job,))
        return [_task_record(row) for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._lock:
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")


def _move_other_version_aside(path: Path) -> None:
    """Keeps the server startable after an update that changed the tables; the old jobs stay in their file."""
    if not path.exists():
        return
    connection = sqlite3.connect(path)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    # The last connection to close takes the write-ahead log into the file.
    connection.close()
    if version != SCHEMA_VERSION:
        path.replace(path.with_name(f"{path.name}.version{version}"))


def _job_record(row: sqlite3.Row, tasks: list[TaskRecord]) -> JobRecord:
    return JobRecord(
        key=JobKey.from_name(row["name"]),
        request=json.loads(row["request"]),
        state=JobState(row["state"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
        start_time=row["start_time"],
        end_time=row["end_time"],
        error=row["error"],
        resumptions=row["resumptions"],
        tasks=tasks,
    )


def _task_record(row: sqlite3.Row) -> TaskRecord:
    return TaskRecord(
        name=row["name"],
        number=row["number"],
        state=TaskState(row["state"]),
        create_time=row["create_time"],
        start_time=row["start_time"],
        end_time=row["end_time"],
        error=row["error"],
        inputs=json.loads(row["inputs"]),
        outputs=json.loads(row["outputs"]),
        peak_memory_mib=row["peak_memory_mib"],
        reused_from=row["reused_from"],
        error_code=row["error_code"],
        main_job=row["main_job"],
        pre_caching_check_job=row["pre_caching_check_job"],
        execution=row["execution"],
    )
