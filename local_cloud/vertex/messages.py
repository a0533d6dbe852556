"""Answers of the API, built from records with the public message types."""

from typing import Any

from google.cloud.aiplatform_v1.types import CustomJob, PipelineJob
from google.protobuf import json_format
from google.rpc import code_pb2

from local_cloud.vertex.component_jobs import labels_of
from local_cloud.vertex.states import Collection, JobRecord, JobState, TaskRecord, TaskState

DELETED_TYPE = "type.googleapis.com/google.cloud.aiplatform.v1.DeleteOperationMetadata"
ROOT_STATES = {
    JobState.PENDING: TaskState.PENDING,
    JobState.RUNNING: TaskState.RUNNING,
    JobState.SUCCEEDED: TaskState.SUCCEEDED,
    JobState.FAILED: TaskState.FAILED,
    JobState.CANCELLING: "CANCELLING",
    JobState.CANCELLED: TaskState.CANCELLED,
}
EMPTY_TYPE = "type.googleapis.com/google.protobuf.Empty"


def of_job(job: JobRecord) -> dict[str, Any]:
    """Returns a job as JSON of the API."""
    return _custom_job(job) if job.key.collection is Collection.CUSTOM_JOBS else _pipeline_job(job)


def listed(job: JobRecord) -> dict[str, Any]:
    """Returns a job as the list call answers it: without the details of its run.

    PipelineJob.job_detail is "not available in the list view"
    (https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.pipelineJobs).
    """
    message = of_job(job)
    message.pop("jobDetail", None)
    return message


def _pipeline_job(job: JobRecord) -> dict[str, Any]:
    message = {
        **_common(job),
        "labels": labels_of(job),
        "state": str(job.state),
        "jobDetail": {"taskDetails": [_root_detail(job), *(_task_detail(job, task) for task in job.tasks)]},
    }
    if job.error:
        where = f"project_id = {job.key.project}, job_id = {job.number}"
        message["error"] = _status(f"{job.error}; Job ({where}) is failed due to the above error.")
    # Through the message and back, so that nothing is answered that a client could not read.
    return json_format.MessageToDict(json_format.ParseDict(message, PipelineJob.pb()()))


def _custom_job(job: JobRecord) -> dict[str, Any]:
    message = {**_common(job), "state": job.state.replace("PIPELINE_STATE_", "JOB_STATE_")}
    if job.error:
        message["error"] = _status(job.error, max(task.error_code for task in job.tasks))
    return json_format.MessageToDict(json_format.ParseDict(message, CustomJob.pb()()))


def _common(job: JobRecord) -> dict[str, Any]:
    return {
        **job.request,
        "name": job.key.name,
        "createTime": job.create_time,
        "updateTime": job.update_time,
        **_times(job.start_time, job.end_time),
    }


def delete_operation(job: JobRecord) -> dict[str, Any]:
    """Returns the finished operation that deleted a job."""
    return finished_deletion(f"{job.key.parent}/operations/delete-{job.key.job_id}", job.update_time)


def finished_deletion(name: str, create_time: str) -> dict[str, Any]:
    """Returns a finished operation that deleted something."""
    return {
        "name": name,
        "metadata": {"@type": DELETED_TYPE, "genericMetadata": {"createTime": create_time}},
        "done": True,
        "response": {"@type": EMPTY_TYPE},
    }


def _root_detail(job: JobRecord) -> dict[str, Any]:
    """Returns the pipeline itself, which stands among its tasks under the job's id."""
    detail: dict[str, Any] = {
        "taskId": str(job.number),
        "taskName": job.key.job_id,
        "createTime": job.create_time,
        "state": ROOT_STATES[job.state],
        **_times(job.start_time, job.end_time),
    }
    if job.error:
        detail["error"] = _status(job.error)
    return detail


def _task_detail(job: JobRecord, task: TaskRecord) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "taskId": str(task.number),
        "taskName": task.name,
        "createTime": task.create_time,
        "state": str(task.state),
        "inputs": _artifacts(task.inputs),
        "outputs": _artifacts(task.outputs),
        **_times(task.start_time, task.end_time),
    }
    if task.error:
        detail["error"] = _status(task.error, task.error_code)
    jobs = {"mainJob": task.main_job, "preCachingCheckJob": task.pre_caching_check_job}
    if names := {key: _custom_job_name(job, each) for key, each in jobs.items() if each}:
        detail["executorDetail"] = {"containerDetail": names}
    if task.execution:
        name = f"{job.key.parent}/metadataStores/default/executions/{task.execution}"
        detail["execution"] = {"name": name, "schemaTitle": "system.ContainerExecution"}
    return detail


def _custom_job_name(job: JobRecord, job_id: str) -> str:
    return f"{job.key.parent}/{Collection.CUSTOM_JOBS}/{job_id}"


def _artifacts(artifacts: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        key: {
            "artifacts": [
                {"name": item["name"], "uri": item["uri"], "metadata": item.get("metadata", {})}
                for item in listed
            ]
        }
        for key, listed in artifacts.items()
    }


def _times(start: str | None, end: str | None) -> dict[str, str]:
    return {key: value for key, value in (("startTime", start), ("endTime", end)) if value}


def _status(message: str, code: int = code_pb2.FAILED_PRECONDITION) -> dict[str, Any]:
    return {"code": code, "message": message}
