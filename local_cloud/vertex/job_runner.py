"""Runs one job: its tasks in order, side by side where they do not depend on each other."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from google.rpc import code_pb2

from local_cloud.cloud_logging.log_files import LogFiles
from local_cloud.vertex.container_output import collected
from local_cloud.vertex.errors import HostError, ReplicaError
from local_cloud.vertex.host_client import HostClient
from local_cloud.vertex.replica import REPLICA, replica_error
from local_cloud.vertex.slots import Slots
from local_cloud.vertex.states import JobRecord, JobState, TaskRecord, TaskState, now
from local_cloud.vertex.store import Store

# What a container has left after it was told to end: a trainer writes its last metrics in it.
GRACE_S = 30.0


@dataclass(frozen=True)
class Workplace:
    """What every job of a server runs with.

    Attributes:
        store: where every change is saved.
        host: runs the commands.
        slots: bounds how many tasks run at once, over all jobs.
        log_of: returns the log file of a task.
        entries: the log entries of all containers.
    """

    store: Store
    host: HostClient
    slots: Slots
    log_of: Callable[[str, str], Path]
    entries: LogFiles


class JobRunner(ABC):
    """Takes a job to its end, from wherever it stands; subclasses say what its tasks do.

    Args:
        job: the job, with its tasks.
        place: what it runs with.
    """

    def __init__(self, job: JobRecord, place: Workplace) -> None:
        self._job = job
        self._store = place.store
        self._host = place.host
        self._slots = place.slots
        self._log_of = place.log_of
        self._entries = place.entries
        self._tasks = {task.name: task for task in job.tasks}
        self._cancelled = threading.Event()
        self._suspended = threading.Event()
        self._started: set[str] = set()
        self._running: set[int] = set()
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Starts no more tasks and tells the running ones to end; what is left of them is killed."""
        self._cancelled.set()
        self._slots.look_again()
        self._for_each_running(self._host.terminate)
        kill = threading.Timer(GRACE_S, self._for_each_running, [self._host.kill])
        kill.daemon = True
        kill.start()

    def suspend(self) -> None:
        """Stops without deciding anything, because the server ends; a later server goes on."""
        self._suspended.set()
        self._slots.look_again()

    def run(self) -> None:
        """Runs what is left of the job and records how it ended."""
        with ThreadPoolExecutor(max_workers=len(self._tasks)) as pool:
            futures: set[Future[None]] = set()
            while True:
                for task in self._ready():
                    self._started.add(task.name)
                    futures.add(pool.submit(self._run_task, task))
                if not futures:
                    break
                done, futures = wait(futures, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
        if not self._suspended.is_set():
            self._finish()

    @abstractmethod
    def _dependencies(self) -> Mapping[str, frozenset[str]]:
        """Returns the tasks in order, each with those that must have succeeded before."""

    @abstractmethod
    def _execute(self, task: TaskRecord) -> TaskState:
        """Does a task's work and returns how it ended; raises where it failed."""

    @abstractmethod
    def _job_error(self, failed: Sequence[TaskRecord]) -> str:
        """Returns what the job says about tasks that failed."""

    def _fails_fast(self) -> bool:
        return False

    def _ready(self) -> list[TaskRecord]:
        failed = any(task.state is TaskState.FAILED for task in self._tasks.values())
        if self._is_stopping() or (failed and self._fails_fast()):
            return []
        return [
            self._tasks[name]
            for name, dependencies in self._dependencies().items()
            if self._tasks[name].state is TaskState.PENDING
            and name not in self._started
            and all(self._tasks[dependency].state.has_outputs for dependency in dependencies)
        ]

    def _run_task(self, task: TaskRecord) -> None:
        with self._slots.taken(self._is_stopping) as is_free:
            if not is_free:
                return
            try:
                # Neither waiting for a slot nor for the import of TFX is running.
                self._host.wait_until_ready()
                if self._is_stopping():
                    return
                self._begin(task)
                self._set(task, self._execute(task))
            except Exception as error:
                if self._suspended.is_set():
                    # The end of the server is no end of the task, and nothing that the job is to blame for.
                    task.start_time = None
                    self._set(task, TaskState.PENDING)
                    return
                if self._cancelled.is_set():
                    self._set(task, TaskState.CANCELLED)
                    return
                task.error, task.error_code = _told(error)
                self._set(task, TaskState.FAILED)

    def _is_stopping(self) -> bool:
        return self._cancelled.is_set() or self._suspended.is_set()

    def _begin(self, task: TaskRecord) -> None:
        with self._lock:
            if self._job.state is not JobState.RUNNING:
                self._job.state = JobState.RUNNING
                self._job.start_time = self._job.start_time or now()
                self._store.update_job(self._job)
        task.start_time = now()
        self._set(task, TaskState.RUNNING)

    def _command(self, task: TaskRecord, argv: Sequence[str], heading: str, custom_job: str) -> None:
        """Runs one command of a task as a custom job, its output in the task's log below a heading."""
        log = self._log_of(self._job.key.job_id, task.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as file:
            file.write(heading)
        started: list[int] = []

        def on_start(run_id: int) -> None:
            started.append(run_id)
            with self._lock:
                self._running.add(run_id)
            if self._cancelled.is_set():
                self._for_each_running(self._host.kill)

        project = self._job.key.project
        entries = self._entries.writer(project, custom_job, REPLICA)
        entries.write("INFO", heading.splitlines())
        try:
            with collected(log, entries) as output:
                ended = self._host.run(argv, output, on_start)
        finally:
            with self._lock:
                self._running.difference_update(started)
        task.peak_memory_mib = max(task.peak_memory_mib, ended.peak_memory_mib)
        if not ended.succeeded:
            raise ReplicaError(replica_error(project, custom_job, ended.container_status))

    def _for_each_running(self, end: Callable[[int], None]) -> None:
        with self._lock:
            running = list(self._running)
        for run_id in running:
            end(run_id)

    def _set(self, task: TaskRecord, state: TaskState) -> None:
        task.state = state
        if state.is_final:
            task.end_time = now()
        self._store.update_task(self._job.key, task)

    def _finish(self) -> None:
        cancelled = self._cancelled.is_set()
        for task in self._tasks.values():
            if not task.state.is_final:
                self._set(task, TaskState.CANCELLED if cancelled else TaskState.NOT_TRIGGERED)
        if failed := [task for task in self._tasks.values() if task.state is TaskState.FAILED]:
            self._job.error = self._job_error(failed)
        if all(task.state.has_outputs for task in self._tasks.values()):
            self._job.state = JobState.SUCCEEDED
        else:
            self._job.state = JobState.CANCELLED if cancelled else JobState.FAILED
        self._job.end_time = now()
        self._store.update_job(self._job)


def _told(error: Exception) -> tuple[str, int]:
    """Returns what the service says about an error, and its code."""
    if isinstance(error, ReplicaError):
        return str(error), code_pb2.INVALID_ARGUMENT
    words = str(error) if isinstance(error, HostError) else f"{type(error).__name__}: {error}"
    return words, code_pb2.INTERNAL
