"""The customJobs API: create; the rest is as for all jobs."""

from starlette.requests import Request

from local_cloud.vertex.api import JobsApi
from local_cloud.vertex.custom_job_request import CustomRequest
from local_cloud.vertex.replica import REPLICA
from local_cloud.vertex.states import Collection, JobKey, JobRecord, new_number


class CustomJobsApi(JobsApi):
    """Endpoints of custom jobs, whose ids the service chooses."""

    collection = Collection.CUSTOM_JOBS

    def read(self, request: Request, body: object) -> tuple[JobRecord, list[str]]:
        """Returns the job that a create request asks for, and its task."""
        wanted = CustomRequest.from_json(body)
        self.require_image([("customJob.jobSpec", wanted.image)])
        self.require_generated(wanted.modules())
        project, location = request.path_params["project"], request.path_params["location"]
        key = JobKey(project, location, new_number(), self.collection)
        return JobRecord(key=key, request=wanted.message), [REPLICA]
