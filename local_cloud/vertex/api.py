"""The pipelineJobs API over HTTP: create, get, list, cancel, delete."""

import datetime as dt
import json
import re
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.vertex import listing, messages
from local_cloud.vertex.errors import ApiError, FailedPreconditionError, InvalidArgumentError, NotFoundError
from local_cloud.vertex.job_request import ValidRequest, check_job_id
from local_cloud.vertex.scheduler import Scheduler
from local_cloud.vertex.states import JobKey, JobRecord, JobState
from local_cloud.vertex.store import Store

JOBS_PATH = "/v1/projects/{project}/locations/{location}/pipelineJobs"


class PipelineJobsApi:
    """Endpoints of one server.

    Args:
        store: jobs.
        scheduler: runs them.
        trainer_image: returns the name of the image that the trainer environment stands for now.
    """

    def __init__(self, store: Store, scheduler: Scheduler, trainer_image: Callable[[], str]) -> None:
        self._store = store
        self._scheduler = scheduler
        self._trainer_image = trainer_image

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        job = JOBS_PATH + "/{job_id}"
        return [
            Route(JOBS_PATH, self.create, methods=["POST"]),
            Route(JOBS_PATH, self.list, methods=["GET"]),
            Route(job + ":cancel", self.cancel, methods=["POST"]),
            Route(job, self.get, methods=["GET"]),
            Route(job, self.delete, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """Creates a job and starts it."""
        try:
            body = await request.json()
        except json.JSONDecodeError as error:
            raise InvalidArgumentError(f"The request's body is not JSON: {error}.") from error
        job_id = request.query_params.get("pipelineJobId") or _generated_id(body)
        key = JobKey(request.path_params["project"], request.path_params["location"], job_id)
        return JSONResponse(await run_in_threadpool(self._create, key, body))

    def _create(self, key: JobKey, body: object) -> dict[str, object]:
        check_job_id(key.job_id)
        valid = ValidRequest.from_json(body)
        current = self._trainer_image()
        for task in valid.spec.tasks.values():
            if task.image != current:
                raise NotFoundError(
                    f"pipelineSpec: task {task.name} needs image {task.image}; this machine has {current}, "
                    "which changes with the library. Restart Airflow (make down, make up) and run again."
                )
        job = self._store.create_job(JobRecord(key=key, request=valid.message), list(valid.spec.tasks))
        answer = messages.pipeline_job(job)
        self._scheduler.start(job, valid)
        return answer

    def get(self, request: Request) -> Response:
        """Answers one job with its tasks."""
        return JSONResponse(messages.pipeline_job(self._store.job(_key(request))))

    def list(self, request: Request) -> Response:
        """Answers the jobs of a location."""
        query = request.query_params
        records = self._store.jobs(request.path_params["project"], request.path_params["location"])
        found = listing.select([messages.pipeline_job(job) for job in records], query.get("filter", ""))
        ordered = listing.order(found, query.get("orderBy", ""))
        jobs, token = listing.page(ordered, query.get("pageSize", ""), query.get("pageToken", ""))
        masked = [listing.mask(job, query.get("readMask", "")) for job in jobs]
        return JSONResponse({"pipelineJobs": masked, **({"nextPageToken": token} if token else {})})

    def cancel(self, request: Request) -> Response:
        """Asks a job to end."""
        job = self._store.job(_key(request))
        if job.state.is_final:
            raise FailedPreconditionError(f"{job.key.name} is {job.state}; cancel only unfinished jobs.")
        job.state = JobState.CANCELLING
        self._store.update_job(job)
        self._scheduler.cancel(job.key)
        return JSONResponse({})

    def delete(self, request: Request) -> Response:
        """Forgets a finished job."""
        job = self._store.job(_key(request))
        if not job.state.is_final:
            raise FailedPreconditionError(f"{job.key.name} is {job.state}; cancel it before you delete it.")
        self._store.delete_job(job.key)
        return JSONResponse(messages.delete_operation(job))


def answer_error(_request: Request, error: Exception) -> Response:
    """Answers an error in the shape that Google's clients turn into their exceptions."""
    if not isinstance(error, ApiError):
        raise error
    content = {"error": {"code": int(error.http_status), "message": str(error), "status": error.code}}
    return JSONResponse(content, status_code=error.http_status)


def _key(request: Request) -> JobKey:
    return JobKey(**{name: request.path_params[name] for name in ("project", "location", "job_id")})


def _generated_id(body: object) -> str:
    name = body.get("displayName", "") if isinstance(body, dict) else ""
    stem = re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-")[:100]
    stem = stem if stem[:1].isalpha() else f"job-{stem}".rstrip("-")
    return f"{stem}-{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S%f}"
