"""Log entries in files, one for each job and build: what they write, as Cloud Logging keeps it."""

import datetime as dt
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

type Entry = dict[str, Any]

RESOURCE_TYPE = "ml_job"


class LogFiles:
    """What every job and build of a server has written. It stays when a job is deleted, as in Cloud Logging.

    Args:
        folder: one file a job or build in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, resource_id: str) -> Path:
        """Returns the file of a job or a build, in a folder that is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = "".join(letter if letter.isalnum() else "-" for letter in resource_id)
        return self._folder / f"{name}.jsonl"

    def writer(self, project: str, job_id: str, replica: str) -> "ContainerLog":
        """Returns what appends a replica's lines to the log of a job."""
        return ContainerLog(self.path(job_id), project, job_id, replica)

    def entries(self, resource_id: str | None) -> Iterator[Entry]:
        """Yields the entries of a job or a build, or of all, in the order in which they were written."""
        paths = sorted(self._folder.glob("*.jsonl")) if resource_id is None else [self.path(resource_id)]
        for path in paths:
            if path.exists():
                with path.open() as file:
                    # A line without its end is being written.
                    yield from (json.loads(line) for line in file if line.endswith("\n"))


class LogWriter:
    """Appends entries to a file, each with its time and id.

    The form is LogEntry (https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry).
    """

    def __init__(self, path: Path, resource_id: str) -> None:
        self._path = path
        self._resource_id = resource_id
        self._written = 0
        self._last = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._lock = threading.Lock()

    def append(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Appends entries, in their order."""
        with self._lock, self._path.open("a") as file:
            file.writelines(json.dumps({**entry, **self._stamp()}) + "\n" for entry in entries)

    def _stamp(self) -> Entry:
        # Entries that are read by their time keep the order of the lines.
        self._last = max(dt.datetime.now(dt.UTC), self._last + dt.timedelta(microseconds=1))
        self._written += 1
        timestamp = self._last.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {
            "insertId": f"{self._resource_id}-{self._last.timestamp():.6f}-{self._written}",
            "timestamp": timestamp,
            "receiveTimestamp": timestamp,
        }


class ContainerLog:
    """What a replica of a job writes, each line an entry.

    With the labels of the resource `ml_job` (https://cloud.google.com/monitoring/api/resources#tag_ml_job),
    the line in `jsonPayload.message`.
    """

    def __init__(self, path: Path, project: str, job_id: str, replica: str) -> None:
        self._writer = LogWriter(path, job_id)
        self._replica = replica
        self._fields = {
            "logName": f"projects/{project}/logs/{replica}",
            "resource": {
                "type": RESOURCE_TYPE,
                "labels": {"project_id": project, "job_id": job_id, "task_name": replica},
            },
        }

    def write(self, severity: str, lines: list[str]) -> None:
        """Appends lines of one severity, in their order."""
        attributes = {"levelname": severity, "attrs": {"tag": self._replica}}
        self._writer.append(
            {**self._fields, "severity": severity, "jsonPayload": {"message": line, **attributes}}
            for line in lines
        )
