"""Jobs, tasks and cached results in SQLite, so that a restart of the server loses nothing."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_cloud.vertex.errors import AlreadyExistsError, NotFoundError
from local_cloud.vertex.states import JobKey, JobRecord, JobState, TaskRecord, TaskState, now

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    project TEXT NOT NULL, location TEXT NOT NULL, job_id TEXT NOT NULL,
    request TEXT NOT NULL, state TEXT NOT NULL,
    create_time TEXT NOT NULL, update_time TEXT NOT NULL, start_time TEXT, end_time TEXT,
    error TEXT NOT NULL, resumptions INTEGER NOT NULL,
    PRIMARY KEY (project, location, job_id)
);
CREATE TABLE IF NOT EXISTS tasks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL, location TEXT NOT NULL, job_id TEXT NOT NULL, name TEXT NOT NULL,
    state TEXT NOT NULL, create_time TEXT NOT NULL, start_time TEXT, end_time TEXT, error TEXT NOT NULL,
    inputs TEXT NOT NULL, outputs TEXT NOT NULL, peak_memory_mib INTEGER NOT NULL, reused_from TEXT NOT NULL,
    FOREIGN KEY (project, location, job_id) REFERENCES jobs ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS tasks_of_job ON tasks (project, location, job_id);
CREATE TABLE IF NOT EXISTS cache (key TEXT PRIMARY KEY, job_id TEXT NOT NULL, outputs TEXT NOT NULL);
"""
JOB_COLUMNS = "project, location, job_id, request, state, create_time, update_time, start_time, end_time, error, resumptions"
TASK_COLUMNS = "name, number, state, create_time, start_time, end_time, error, inputs, outputs, peak_memory_mib, reused_from"
JOB_KEY = "project = ? AND location = ? AND job_id = ?"


class Store:
    """The server's memory. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; {SCHEMA}")

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._connection.close()

    def create_job(self, job: JobRecord, task_names: Sequence[str]) -> JobRecord:
        """Adds a job with its tasks, all pending."""
        key = (job.key.project, job.key.location, job.key.job_id)
        values = (json.dumps(job.request), job.state, job.create_time, job.update_time, None, None, "", 0)
        with self._transaction() as cursor:
            try:
                cursor.execute(
                    f"INSERT INTO jobs ({JOB_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*key, *values),
                )
            except sqlite3.IntegrityError as error:
                raise AlreadyExistsError(
                    f"The PipelineJob {job.key.name} already exists; use another pipelineJobId."
                ) from error
            cursor.executemany(
                "INSERT INTO tasks (project, location, job_id, name, state, create_time, error, inputs, outputs, "
                "peak_memory_mib, reused_from) VALUES (?, ?, ?, ?, ?, ?, '', '{}', '{}', 0, '')",
                [(*key, name, TaskState.PENDING, job.create_time) for name in task_names],
            )
        return self.job(job.key)

    def job(self, key: JobKey) -> JobRecord:
        """Returns one job."""
        found = self._jobs(f"WHERE {JOB_KEY}", (key.project, key.location, key.job_id))
        if not found:
            raise NotFoundError(f"The PipelineJob {key.name} does not exist; list the jobs of {key.parent}.")
        return found[0]

    def jobs(self, project: str, location: str) -> list[JobRecord]:
        """Returns the jobs of a location, the newest first."""
        return self._jobs("WHERE project = ? AND location = ?", (project, location))

    def all_jobs(self) -> list[JobRecord]:
        """Returns every job, the newest first."""
        return self._jobs("", ())

    def find_job(self, job_id: str) -> JobRecord:
        """Returns the newest job with an id, whatever its project and location."""
        found = self._jobs("WHERE job_id = ?", (job_id,))
        if not found:
            raise NotFoundError(f"There is no pipeline job {job_id!r}; see the list of jobs.")
        return found[0]

    def unfinished_jobs(self) -> list[JobRecord]:
        """Returns the jobs that were not at their end, the oldest first."""
        return [job for job in reversed(self.all_jobs()) if not job.state.is_final]

    def update_job(self, job: JobRecord) -> None:
        """Saves a job's own fields; a job that is being cancelled does not go back to running."""
        job.update_time = now()
        keep_cancelling = " AND state != ?" if job.state is JobState.RUNNING else ""
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE jobs SET state = ?, update_time = ?, start_time = ?, end_time = ?, error = ?, resumptions = ? "
                f"WHERE {JOB_KEY}{keep_cancelling}",
                (
                    *(job.state, job.update_time, job.start_time, job.end_time, job.error, job.resumptions),
                    *(job.key.project, job.key.location, job.key.job_id),
                    *([JobState.CANCELLING] if keep_cancelling else []),
                ),
            )

    def update_task(self, key: JobKey, task: TaskRecord) -> None:
        """Saves a task."""
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE tasks SET state = ?, start_time = ?, end_time = ?, error = ?, inputs = ?, outputs = ?, "
                "peak_memory_mib = ?, reused_from = ? WHERE number = ?",
                (
                    *(task.state, task.start_time, task.end_time, task.error, json.dumps(task.inputs)),
                    *(json.dumps(task.outputs), task.peak_memory_mib, task.reused_from, task.number),
                ),
            )
            cursor.execute(
                f"UPDATE jobs SET update_time = ? WHERE {JOB_KEY}",
                (now(), key.project, key.location, key.job_id),
            )

    def delete_job(self, key: JobKey) -> None:
        """Forgets a job; its cached results stay usable."""
        with self._transaction() as cursor:
            cursor.execute(f"DELETE FROM jobs WHERE {JOB_KEY}", (key.project, key.location, key.job_id))

    def cached(self, cache_key: str) -> tuple[str, dict[str, Any]] | None:
        """Returns the job and the outputs of an earlier equal task."""
        with self._lock:
            row = self._connection.execute(
                "SELECT job_id, outputs FROM cache WHERE key = ?", (cache_key,)
            ).fetchone()
        return (row[0], json.loads(row[1])) if row else None

    def save_cached(self, cache_key: str, job_id: str, outputs: dict[str, Any]) -> None:
        """Keeps a task's outputs for later equal tasks."""
        with self._transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO cache (key, job_id, outputs) VALUES (?, ?, ?)",
                (cache_key, job_id, json.dumps(outputs)),
            )

    def _jobs(self, where: str, values: Sequence[str]) -> list[JobRecord]:
        with self._lock:
            rows = self._connection.execute(
                f"SELECT {JOB_COLUMNS} FROM jobs {where} ORDER BY create_time DESC, job_id", values
            ).fetchall()
            return [self._with_tasks(row) for row in rows]

    def _with_tasks(self, row: Sequence[Any]) -> JobRecord:
        tasks = self._connection.execute(
            f"SELECT {TASK_COLUMNS} FROM tasks WHERE {JOB_KEY} ORDER BY number", row[:3]
        ).fetchall()
        return JobRecord(
            JobKey(*row[:3]),
            json.loads(row[3]),
            JobState(row[4]),
            *row[5:],
            tasks=[
                TaskRecord(
                    *(task[0], task[1], TaskState(task[2]), *task[3:7]),
                    *(json.loads(task[7]), json.loads(task[8]), *task[9:]),
                )
                for task in tasks
            ],
        )

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
