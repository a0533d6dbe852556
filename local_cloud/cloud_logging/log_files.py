"""Log entries in files, one for each job of Vertex AI: its containers' lines, as Cloud Logging keeps them."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

type Entry = dict[str, Any]

RESOURCE_TYPE = "ml_job"


class LogFiles:
    """What every job of a server has written. It stays when a job is deleted, as in Cloud Logging.

    Args:
        folder: one file a job in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def writer(self, project: str, job_id: str, replica: str) -> "LogWriter":
        """Returns what appends a replica's lines to the log of a job."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return LogWriter(self._path(job_id), project, job_id, replica)

    def entries(self, job_id: str | None) -> Iterator[Entry]:
        """Yields the entries of a job, or of all jobs, in the order in which they were written."""
        paths = sorted(self._folder.glob("*.jsonl")) if job_id is None else [self._path(job_id)]
        for path in paths:
            if path.exists():
                with path.open() as file:
                    # A line without its end is being written.
                    yield from (json.loads(line) for line in file if line.endswith("\n"))

    def _path(self, job_id: str) -> Path:
        name = "".join(letter if letter.isalnum() else "-" for letter in job_id)
        return self._folder / f"{name}.jsonl"


class LogWriter:
    """Appends a replica's lines; each is an entry.

    The form is LogEntry (https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry) with the labels
    of the resource `ml_job` (https://cloud.google.com/monitoring/api/resources#tag_ml_job), the line
    in `jsonPayload.message`.
    """

    def __init__(self, path: Path, project: str, job_id: str, replica: str) -> None:
        self._path = path
        self._replica = replica
        self._fields = {
            "logName": f"projects/{project}/logs/{replica}",
            "resource": {
                "type": RESOURCE_TYPE,
                "labels": {"project_id": project, "job_id": job_id, "task_name": replica},
            },
        }
        self._job_id = job_id
        self._written = 0
        self._last = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._lock = threading.Lock()

    def write(self, severity: str, lines: list[str]) -> None:
        """Appends lines of one severity, in their order."""
        with self._lock, self._path.open("a") as file:
            file.writelines(json.dumps(self._entry(severity, line)) + "\n" for line in lines)

    def _entry(self, severity: str, line: str) -> Entry:
        # Entries that are read by their time keep the order of the lines.
        self._last = max(dt.datetime.now(dt.UTC), self._last + dt.timedelta(microseconds=1))
        self._written += 1
        timestamp = self._last.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {
            **self._fields,
            "insertId": f"{self._job_id}-{self._last.timestamp():.6f}-{self._written}",
            "timestamp": timestamp,
            "receiveTimestamp": timestamp,
            "severity": severity,
            "jsonPayload": {"message": line, "levelname": severity, "attrs": {"tag": self._replica}},
        }
