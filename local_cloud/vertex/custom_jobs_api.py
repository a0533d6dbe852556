"""The customJobs API: create; the rest is as for all jobs."""

from starlette.requests import Request

from local_cloud.vertex.api import JobsApi
from local_cloud.vertex.custom_job_request import CustomRequest
from local_cloud.vertex.identity_checks import check_identity, check_key
from local_cloud.vertex.replica import REPLICA
from local_cloud.vertex.states import Collection, JobKey, JobRecord, new_number


class CustomJobsApi(JobsApi):
    """Endpoints of custom jobs, whose ids the service chooses."""

    collection = Collection.CUSTOM_JOBS

    def read(self, request: Request, body: object) -> tuple[JobRecord, list[str]]:
        """Returns the job that a create request asks for, and its task."""
        wanted = CustomRequest.from_json(body, self._limits.quotas)
        self.require_image([("customJob.jobSpec", wanted.image)])
        self.require_generated(wanted.modules())
        project, location = request.path_params["project"], request.path_params["location"]
        account_required = self._limits.service_account_required
        check_identity(wanted.message["jobSpec"], "customJob.jobSpec", account_required=account_required)
        check_key(wanted.message, "customJob", location)
        key = JobKey(project, location, new_number(), self.collection)
        return JobRecord(key=key, request=wanted.message), [REPLICA]
