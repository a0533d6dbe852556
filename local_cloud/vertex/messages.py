"""Answers of the API, built from records with the public message types."""

from typing import Any

from google.cloud.aiplatform_v1.types import CustomJob, PipelineJob
from google.protobuf import json_format
from google.rpc import code_pb2

from local_cloud.vertex.states import Collection, JobRecord, TaskRecord

DELETED_TYPE = "type.googleapis.com/google.cloud.aiplatform.v1.DeleteOperationMetadata"
EMPTY_TYPE = "type.googleapis.com/google.protobuf.Empty"


def of_job(job: JobRecord) -> dict[str, Any]:
    """Returns a job as JSON of the API."""
    return _custom_job(job) if job.key.collection is Collection.CUSTOM_JOBS else _pipeline_job(job)


def _pipeline_job(job: JobRecord) -> dict[str, Any]:
    message = {
        **_common(job),
        "state": str(job.state),
        "jobDetail": {"taskDetails": [_task_detail(task) for task in job.tasks]},
    }
    if job.error:
        where = f"project_id = {job.key.project}, job_id = {job.key.job_id}"
        message["error"] = _status(f"{job.error}; Job ({where}) is failed due to the above error.")
    # Through the message and back, so that nothing is answered that a client could not read.
    return json_format.MessageToDict(json_format.ParseDict(message, PipelineJob.pb()()))


def _custom_job(job: JobRecord) -> dict[str, Any]:
    message = {**_common(job), "state": job.state.replace("PIPELINE_STATE_", "JOB_STATE_")}
    if job.error:
        message["error"] = _status(job.error)
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
    return {
        "name": f"{job.key.parent}/operations/delete-{job.key.job_id}",
        "metadata": {"@type": DELETED_TYPE, "genericMetadata": {"createTime": job.update_time}},
        "done": True,
        "response": {"@type": EMPTY_TYPE},
    }


def _task_detail(task: TaskRecord) -> dict[str, Any]:
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
        detail["error"] = _status(task.error)
    return detail


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


def _status(message: str) -> dict[str, Any]:
    return {"code": code_pb2.FAILED_PRECONDITION, "message": message}
