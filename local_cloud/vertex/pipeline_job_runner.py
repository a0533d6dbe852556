"""Runs the components of a compiled pipeline, and re-uses what equal ones produced before."""

from collections.abc import Mapping, Sequence

from local_cloud.vertex.artifacts import files_of
from local_cloud.vertex.execution import Artifacts, Execution, written_paths
from local_cloud.vertex.job_runner import JobRunner, Workplace
from local_cloud.vertex.pipeline_job_request import PipelineRequest
from local_cloud.vertex.states import CachedResult, JobRecord, TaskRecord, TaskState, new_number


class PipelineJobRunner(JobRunner):
    """Runs one pipeline job.

    Args:
        job: the job, with its tasks.
        request: what the job was created with.
        place: what it runs with.
    """

    def __init__(self, job: JobRecord, request: PipelineRequest, place: Workplace) -> None:
        super().__init__(job, place)
        self._request = request

    def _dependencies(self) -> Mapping[str, frozenset[str]]:
        return {name: spec.dependencies for name, spec in self._request.spec.tasks.items()}

    def _fails_fast(self) -> bool:
        return self._request.fail_fast

    def _job_error(self, failed: Sequence[TaskRecord]) -> str:
        names = ", ".join(task.name for task in failed)
        return f"The DAG failed because some tasks failed. The failed tasks are: [{names}]."

    def _execute(self, task: TaskRecord) -> TaskState:
        spec = self._request.spec.tasks[task.name]
        execution = Execution.prepare(
            key=self._job.key,
            root=self._request.root,
            task=spec,
            inputs=self._inputs(task.name),
            parameters=self._request.parameters_of(spec),
        )
        task.inputs, task.execution = execution.inputs, new_number()
        files_of(execution.folder).make_folder(execution.folder)
        driver_parameters = self._driver(task, execution, spec.driver) if spec.driver else {}
        cache_key = execution.cache_key(self._request.spec.name, driver_parameters)
        cached = self._store.cached(cache_key) if spec.enable_cache else None
        if cached is not None and all(files_of(path).exists(path) for path in cached.paths):
            task.reused_from, task.outputs = cached.job_id, cached.outputs
            files_of(execution.folder).remove_folder(execution.folder)
            return TaskState.SKIPPED
        task.main_job = new_number()
        self._component(task, execution, spec.command, task.main_job)
        task.outputs = execution.outputs
        paths = written_paths(task.outputs)
        result = CachedResult(self._job.key.job_id, task.outputs, paths, task.execution)
        self._store.save_cached(cache_key, result)
        return TaskState.SUCCEEDED

    def _inputs(self, name: str) -> Artifacts:
        wanted = self._request.spec.tasks[name].artifact_inputs
        return {key: self._tasks[producer].outputs[output] for key, (producer, output) in wanted.items()}

    def _driver(self, task: TaskRecord, execution: Execution, template: tuple[str, ...]) -> dict[str, object]:
        task.pre_caching_check_job = new_number()
        return self._component(task, execution, template, task.pre_caching_check_job)

    def _component(
        self, task: TaskRecord, execution: Execution, template: tuple[str, ...], custom_job: str
    ) -> dict[str, object]:
        """Runs a driver or an executor as a custom job, and returns the parameters that it reports."""
        self._store.update_task(self._job.key, task)
        self._command(task, execution.command(template), execution.describe(template[2]), custom_job)
        return execution.read_outputs()
