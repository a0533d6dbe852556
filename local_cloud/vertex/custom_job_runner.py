"""Runs the container of a custom job."""

from collections.abc import Mapping, Sequence

from local_cloud.vertex.custom_job_request import CustomRequest
from local_cloud.vertex.job_runner import JobRunner, Workplace
from local_cloud.vertex.replica import REPLICA
from local_cloud.vertex.states import JobRecord, TaskRecord, TaskState, now


class CustomJobRunner(JobRunner):
    """Runs one custom job: one replica, which is its only task.

    Args:
        job: the job, with its task.
        request: what the job was created with.
        place: what it runs with.
    """

    def __init__(self, job: JobRecord, request: CustomRequest, place: Workplace) -> None:
        super().__init__(job, place)
        self._request = request

    def _dependencies(self) -> Mapping[str, frozenset[str]]:
        return {REPLICA: frozenset()}

    def _job_error(self, failed: Sequence[TaskRecord]) -> str:
        return "\n".join(task.error for task in failed)

    def _execute(self, task: TaskRecord) -> TaskState:
        command = self._request.command
        lines = [f"== {now()} {task.name}: {command[2]}", *(f"   {argument}" for argument in command[3:])]
        self._command(task, command, "\n".join(lines) + "\n", self._job.key.job_id)
        return TaskState.SUCCEEDED
