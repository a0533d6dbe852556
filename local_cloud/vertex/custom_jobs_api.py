"""The customJobs API: create, and the jobs of components; the rest is as for all jobs."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local_cloud.vertex.api import JobsApi
from local_cloud.vertex.component_jobs import component_jobs
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

    def all_of(self, project: str, location: str) -> Sequence[Mapping[str, object]]:
        """Returns all custom jobs of a location, those of components too, the newest first."""
        found = [*super().all_of(project, location), *self._components(project, location)]
        return sorted(found, key=lambda job: str(job["createTime"]), reverse=True)

    def get(self, request: Request) -> Response:
        """Answers one job."""
        key = self.key(request)
        of_component = {str(job["name"]): job for job in self._components(key.project, key.location)}
        return JSONResponse(of_component[key.name]) if key.name in of_component else super().get(request)

    def _components(self, project: str, location: str) -> Sequence[Mapping[str, object]]:
        pipelines = self._store.jobs(project, location, Collection.PIPELINE_JOBS)
        return [message for job in pipelines for message in component_jobs(job)]
