"""The one machine of a custom job, and the little that Vertex AI says when its container fails."""

from urllib.parse import quote

REPLICA = "workerpool0-0"
LOGS = "https://console.cloud.google.com/logs/viewer"


def replica_error(project: str, job_id: str, status: int) -> str:
    """Returns the message of CustomJob.error, and of the error of a pipeline's task that the job ran.

    It has the exit status and the address of the log; what the container itself wrote is in the log alone
    (https://cloud.google.com/vertex-ai/docs/training/understanding-training-service).
    """
    condition = f'resource.type="ml_job"\nresource.labels.job_id="{job_id}"'
    return (
        f"The replica {REPLICA} exited with a non-zero status of {status}. To find out more about why your "
        f"job exited please check the logs: {LOGS}?project={project}&resource=ml_job%2Fjob_id%2F{job_id}"
        f"&advancedFilter={quote(condition)}"
    )
