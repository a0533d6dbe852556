"""Starts jobs, cancels them, and takes up those that a stopped server left unfinished."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from google.rpc import code_pb2

from local_cloud.cloud_logging.log_files import LogFiles
from local_cloud.vertex.custom_job_request import CustomRequest
from local_cloud.vertex.custom_job_runner import CustomJobRunner
from local_cloud.vertex.host_client import HostClient
from local_cloud.vertex.job_runner import JobRunner, Workplace
from local_cloud.vertex.pipeline_job_request import PipelineRequest
from local_cloud.vertex.pipeline_job_runner import PipelineJobRunner
from local_cloud.vertex.slots import Slots
from local_cloud.vertex.states import Collection, JobKey, JobRecord, JobState, TaskState, now
from local_cloud.vertex.store import Store

MAX_RESUMPTIONS = 2


class Scheduler:
    """Runs every job in a thread of its own; all share a bound on tasks."""

    def __init__(
        self,
        *,
        store: Store,
        host: HostClient,
        parallel_tasks: int,
        log_of: Callable[[str, str], Path],
        entries: LogFiles,
    ) -> None:
        self._store = store
        self._host = host
        self._place = Workplace(store, host, Slots(parallel_tasks), log_of, entries)
        self._runners: dict[JobKey, JobRunner] = {}
        self._threads: dict[JobKey, threading.Thread] = {}
        self._lock = threading.Lock()

    def start(self, job: JobRecord) -> None:
        """Runs a job in the background."""
        runner = self._runner(job)
        thread = threading.Thread(target=self._run, args=(job.key, runner), daemon=True)
        with self._lock:
            self._runners[job.key] = runner
            self._threads[job.key] = thread
        if self._store.job(job.key).state is JobState.CANCELLING:
            # Asked for before there was a runner to tell.
            runner.cancel()
        thread.start()

    def cancel(self, key: JobKey) -> None:
        """Asks a job to end; it is cancelled when its tasks have ended."""
        with self._lock:
            runner = self._runners.get(key)
        if runner is not None:
            runner.cancel()

    def resume_unfinished(self) -> None:
        """Goes on with the jobs of a stopped server.

        A task that was running starts again, into a new folder; finished tasks keep their results. So does
        the durable service that this server stands for, and a person who stopped the machine over night
        wants the job done. A job that was running at several ends of the server that nobody asked for is the
        likely cause of them and fails.
        """
        for job in self._store.unfinished_jobs():
            if job.state is JobState.CANCELLING:
                self._close(job, JobState.CANCELLED, TaskState.CANCELLED, "")
            elif job.resumptions >= MAX_RESUMPTIONS and _was_cut_off(job):
                error = (
                    f"The local pipeline server ended {job.resumptions + 1} times while this job ran, the "
                    "machine may be short of memory; submit it again under another id."
                )
                self._close(job, JobState.FAILED, TaskState.FAILED, error)
            else:
                self._resume(job)

    def _resume(self, job: JobRecord) -> None:
        job.resumptions += _was_cut_off(job)
        self._store.update_job(job)
        for task in job.tasks:
            if not task.state.is_final:
                task.state, task.start_time = TaskState.PENDING, None
                self._store.update_task(job.key, task)
        self.start(job)

    def _runner(self, job: JobRecord) -> JobRunner:
        if job.key.collection is Collection.CUSTOM_JOBS:
            return CustomJobRunner(job, CustomRequest.from_json(job.request), self._place)
        return PipelineJobRunner(job, PipelineRequest.from_json(job.request), self._place)

    def _close(self, job: JobRecord, state: JobState, task_state: TaskState, error: str) -> None:
        for task in job.tasks:
            if not task.state.is_final:
                was_running = task.state is TaskState.RUNNING
                task.state = task_state if was_running or not error else TaskState.NOT_TRIGGERED
                task.error, task.end_time = (error if was_running else ""), now()
                task.error_code = code_pb2.INTERNAL if task.error else 0
                self._store.update_task(job.key, task)
        job.state, job.error, job.end_time = state, error, now()
        self._store.update_job(job)

    def shut_down(self) -> None:
        """Stops running jobs without deciding anything about them."""
        with self._lock:
            runners, threads = list(self._runners.values()), list(self._threads.values())
        for runner in runners:
            runner.suspend()
        # Ends what runs, and lets go of whoever waits for the host.
        self._host.close()
        for thread in threads:
            thread.join()

    def _run(self, key: JobKey, runner: JobRunner) -> None:
        try:
            runner.run()
        except Exception as error:
            # Without this the job would look as if it ran for ever.
            logging.getLogger(__name__).exception("Job %s could not be run", key.name)
            reason = f"The local pipeline server could not run the job: {type(error).__name__}: {error}"
            self._close(self._store.job(key), JobState.FAILED, TaskState.FAILED, reason)
        finally:
            with self._lock:
                self._runners.pop(key, None)
                self._threads.pop(key, None)


def _was_cut_off(job: JobRecord) -> bool:
    """Whether the server ended while the job ran; one that is told to end leaves no task running."""
    return any(task.state is TaskState.RUNNING for task in job.tasks)
