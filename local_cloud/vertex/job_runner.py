"""Runs one pipeline job: its tasks in order, side by side where they do not depend on each other."""

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from pathlib import Path

from local_cloud.vertex.component_log import error_lines
from local_cloud.vertex.errors import HostError, TaskError
from local_cloud.vertex.execution import Artifacts, Execution, written_paths
from local_cloud.vertex.host_client import Exit, HostClient
from local_cloud.vertex.job_request import ValidRequest
from local_cloud.vertex.states import CachedResult, JobRecord, JobState, TaskRecord, TaskState, now
from local_cloud.vertex.store import Store


class JobRunner:
    """Takes a job to its end, from wherever it stands.

    Args:
        job: the job, with its tasks.
        request: what the job was created with.
        store: where every change is saved.
        host: runs the commands.
        slots: bounds how many tasks run at once, over all jobs.
        log_of: returns the log file of a task.
    """

    def __init__(  # noqa: PLR0913
        self,
        *,
        job: JobRecord,
        request: ValidRequest,
        store: Store,
        host: HostClient,
        slots: AbstractContextManager[bool],
        log_of: Callable[[str, str], Path],
    ) -> None:
        self._job = job
        self._request = request
        self._store = store
        self._host = host
        self._slots = slots
        self._log_of = log_of
        self._tasks = {task.name: task for task in job.tasks}
        self._cancelled = threading.Event()
        self._suspended = threading.Event()
        self._started: set[str] = set()
        self._running: set[int] = set()
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Ends the running tasks and starts no more."""
        self._cancelled.set()
        self._kill_running()

    def suspend(self) -> None:
        """Stops without deciding anything, because the server ends; a later server goes on."""
        self._suspended.set()

    def run(self) -> None:
        """Runs what is left of the job and records how it ended."""
        self._job.state = JobState.RUNNING
        self._job.start_time = self._job.start_time or now()
        self._store.update_job(self._job)
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

    def _ready(self) -> list[TaskRecord]:
        failed = any(task.state is TaskState.FAILED for task in self._tasks.values())
        if self._cancelled.is_set() or self._suspended.is_set() or (failed and self._request.fail_fast):
            return []
        return [
            self._tasks[name]
            for name, spec in self._request.spec.tasks.items()
            if self._tasks[name].state is TaskState.PENDING
            and name not in self._started
            and all(self._tasks[dependency].state.has_outputs for dependency in spec.dependencies)
        ]

    def _run_task(self, task: TaskRecord) -> None:
        with self._slots:
            # Neither waiting for a slot nor for the import of TFX is running.
            self._host.wait_until_ready()
            if self._cancelled.is_set() or self._suspended.is_set():
                return
            task.start_time = now()
            self._set(task, TaskState.RUNNING)
            try:
                self._set(task, self._execute(task))
            except Exception as error:
                if self._suspended.is_set():
                    return
                if self._cancelled.is_set():
                    self._set(task, TaskState.CANCELLED)
                    return
                expected = isinstance(error, TaskError | HostError)
                task.error = str(error) if expected else f"{type(error).__name__}: {error}"
                self._set(task, TaskState.FAILED)

    def _execute(self, task: TaskRecord) -> TaskState:
        spec = self._request.spec.tasks[task.name]
        execution = Execution.prepare(
            key=self._job.key,
            root=self._request.root,
            task=spec,
            inputs=self._inputs(task.name),
            parameters={
                **spec.parameters,
                **{key: self._request.parameters[name] for key, name in spec.job_parameters.items()},
            },
        )
        task.inputs = execution.inputs
        execution.folder.mkdir(parents=True)
        driver_parameters = self._command(task, execution, spec.driver) if spec.driver else {}
        cache_key = execution.cache_key(self._request.spec.name, driver_parameters)
        cached = self._store.cached(cache_key) if spec.enable_cache else None
        if cached is not None and all(Path(path).exists() for path in cached.paths):
            task.reused_from, task.outputs = cached.job_id, cached.outputs
            execution.output_file.unlink(missing_ok=True)
            execution.folder.rmdir()
            return TaskState.SKIPPED
        self._command(task, execution, spec.command)
        task.outputs = execution.outputs
        result = CachedResult(self._job.key.job_id, task.outputs, written_paths(task.outputs))
        self._store.save_cached(cache_key, result)
        return TaskState.SUCCEEDED

    def _inputs(self, name: str) -> Artifacts:
        wanted = self._request.spec.tasks[name].artifact_inputs
        return {key: self._tasks[producer].outputs[output] for key, (producer, output) in wanted.items()}

    def _command(
        self, task: TaskRecord, execution: Execution, template: tuple[str, ...]
    ) -> dict[str, object]:
        log = self._log_of(self._job.key.job_id, task.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as file:
            file.write(execution.describe(template[2]))
        started: list[int] = []

        def on_start(run_id: int) -> None:
            started.append(run_id)
            with self._lock:
                self._running.add(run_id)
            if self._cancelled.is_set():
                self._kill_running()

        try:
            ended = self._host.run(execution.command(template), log, on_start)
        finally:
            with self._lock:
                self._running.difference_update(started)
        task.peak_memory_mib = max(task.peak_memory_mib, ended.peak_memory_mib)
        if not ended.succeeded:
            raise TaskError(_failure(ended, log))
        return execution.read_outputs()

    def _kill_running(self) -> None:
        with self._lock:
            running = list(self._running)
        for run_id in running:
            self._host.kill(run_id)

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
        failed = [task.name for task in self._tasks.values() if task.state is TaskState.FAILED]
        if failed:
            self._job.error = (
                f"The DAG failed because some tasks failed. The failed tasks are: [{', '.join(failed)}]."
            )
        if all(task.state.has_outputs for task in self._tasks.values()):
            self._job.state = JobState.SUCCEEDED
        else:
            self._job.state = JobState.CANCELLED if cancelled else JobState.FAILED
        self._job.end_time = now()
        self._store.update_job(self._job)


def _failure(ended: Exit, log: Path) -> str:
    if ended.signal:
        hint = " The machine may be out of memory." if ended.signal == 9 else ""
        return (
            f"The component was ended by signal {ended.signal}.{hint} Its log ends with:\n{error_lines(log)}"
        )
    return error_lines(log) or f"The component ended with status {ended.status} and wrote no log."
