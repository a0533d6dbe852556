"""The pipelineJobs API: create; the rest is as for all jobs."""

import datetime as dt
import re

from starlette.requests import Request

from local_cloud.vertex.api import JobsApi
from local_cloud.vertex.bucket_region import check_bucket_region
from local_cloud.vertex.identity_checks import check_identity, check_key
from local_cloud.vertex.pipeline_job_request import PipelineRequest, check_job_id
from local_cloud.vertex.states import Collection, JobKey, JobRecord


class PipelineJobsApi(JobsApi):
    """Endpoints of pipeline jobs, whose ids the client chooses."""

    collection = Collection.PIPELINE_JOBS

    def read(self, request: Request, body: object) -> tuple[JobRecord, list[str]]:
        """Returns the job that a create request asks for, and its tasks."""
        job_id = request.query_params.get("pipelineJobId") or _generated_id(body)
        check_job_id(job_id)
        wanted = PipelineRequest.from_json(body)
        location = request.path_params["location"]
        account_required = self._limits.service_account_required
        check_identity(wanted.message, "pipelineJob", account_required=account_required)
        check_key(wanted.message, "pipelineJob", location)
        check_bucket_region(wanted.root, location, "pipelineJob.runtimeConfig.gcsOutputDirectory")
        tasks = wanted.spec.tasks
        self.require_image((f"pipelineSpec: task {name}", task.image) for name, task in tasks.items())
        self.require_generated(wanted.modules())
        key = JobKey(request.path_params["project"], location, job_id)
        return JobRecord(key=key, request=wanted.message), list(tasks)


def _generated_id(body: object) -> str:
    name = body.get("displayName", "") if isinstance(body, dict) else ""
    stem = re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-")[:100]
    stem = stem if stem[:1].isalpha() else f"job-{stem}".rstrip("-")
    return f"{stem}-{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S%f}"
