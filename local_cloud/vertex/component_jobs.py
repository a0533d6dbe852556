"""The custom jobs that run the components of a pipeline job; the service lists them among all others.

A component runs as a custom job (https://cloud.google.com/vertex-ai/docs/pipelines/machine-types), which the
details of its task name. It has the labels of the pipeline job
(https://cloud.google.com/vertex-ai/docs/pipelines/gcpc-label-propagation), with the one that the service adds
to both (https://cloud.google.com/vertex-ai/docs/pipelines/understand-pipeline-cost-labels).
"""

from typing import Any

from google.cloud.aiplatform_v1.types import CustomJob
from google.protobuf import json_format

from local_cloud.vertex.capacity import COMPONENT_MACHINE
from local_cloud.vertex.states import Collection, JobRecord, TaskRecord, TaskState

BILLING_LABEL = "vertex-ai-pipelines-run-billing-id"
STATES = {
    TaskState.SUCCEEDED: "JOB_STATE_SUCCEEDED",
    # Its driver found that nothing is to be done.
    TaskState.SKIPPED: "JOB_STATE_SUCCEEDED",
    TaskState.FAILED: "JOB_STATE_FAILED",
    TaskState.CANCELLED: "JOB_STATE_CANCELLED",
    TaskState.RUNNING: "JOB_STATE_RUNNING",
}


def labels_of(job: JobRecord) -> dict[str, str]:
    """Returns the labels of a pipeline job, which go on to what it starts."""
    return {**job.request.get("labels", {}), BILLING_LABEL: str(job.number)}


def component_jobs(job: JobRecord) -> list[dict[str, Any]]:
    """Returns the custom jobs that a pipeline job has started, as JSON of the API."""
    found = []
    for task in job.tasks:
        if task.pre_caching_check_job:
            state = TaskState.SUCCEEDED if task.main_job else task.state
            found.append(_message(job, task, task.pre_caching_check_job, state))
        if task.main_job:
            found.append(_message(job, task, task.main_job, task.state))
    return found


def _message(job: JobRecord, task: TaskRecord, job_id: str, state: TaskState) -> dict[str, Any]:
    message = {
        "name": f"{job.key.parent}/{Collection.CUSTOM_JOBS}/{job_id}",
        "displayName": task.name,
        "jobSpec": {"workerPoolSpecs": [{"machineSpec": COMPONENT_MACHINE, "replicaCount": "1"}]},
        "labels": labels_of(job),
        "state": STATES.get(state, "JOB_STATE_PENDING"),
        "createTime": task.start_time or task.create_time,
        "updateTime": job.update_time,
        **({"startTime": task.start_time} if task.start_time else {}),
        **({"endTime": task.end_time} if task.end_time else {}),
    }
    return json_format.MessageToDict(json_format.ParseDict(message, CustomJob.pb()()))
