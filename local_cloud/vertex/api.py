"""What the APIs of pipeline and custom jobs share: get, list, cancel, delete, and answering errors."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.vertex import listing, messages
from local_cloud.vertex.allowed_code import check_module
from local_cloud.vertex.errors import FailedPreconditionError, NotFoundError
from local_cloud.vertex.limits import Limits
from local_cloud.vertex.message_checks import json_of
from local_cloud.vertex.scheduler import Scheduler
from local_cloud.vertex.states import Collection, JobKey, JobRecord
from local_cloud.vertex.store import Store


class JobsApi(ABC):
    """Endpoints of one kind of jobs.

    Args:
        store: jobs.
        scheduler: runs them.
        trainer_image: returns the name of the image that the trainer environment stands for now.
        artifact_root: folder below which generated modules are.
        limits: what a project may ask for.

    Attributes:
        collection: the kind.
    """

    collection: ClassVar[Collection]

    def __init__(
        self,
        store: Store,
        scheduler: Scheduler,
        trainer_image: Callable[[], str],
        artifact_root: str,
        limits: Limits,
    ) -> None:
        self._store = store
        self._scheduler = scheduler
        self._trainer_image = trainer_image
        self._artifact_root = artifact_root
        self._limits = limits

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        jobs = f"/v1/projects/{{project}}/locations/{{location}}/{self.collection}"
        job = jobs + "/{job_id}"
        return [
            Route(jobs, self.create, methods=["POST"]),
            Route(jobs, self.list, methods=["GET"]),
            Route(job + ":cancel", self.cancel, methods=["POST"]),
            Route(job, self.get, methods=["GET"]),
            Route(job, self.delete, methods=["DELETE"]),
        ]

    @abstractmethod
    def read(self, request: Request, body: object) -> tuple[JobRecord, list[str]]:
        """Returns the job that a create request asks for, and its tasks; refuses what cannot run."""

    async def create(self, request: Request) -> Response:
        """Creates a job and starts it."""
        return JSONResponse(await run_in_threadpool(self._create, request, await json_of(request)))

    def _create(self, request: Request, body: object) -> dict[str, object]:
        job = self._store.create_job(*self.read(request, body))
        answer = messages.of_job(job)
        self._scheduler.start(job)
        return answer

    def require_image(self, images: Iterable[tuple[str, str]]) -> None:
        """Refuses an image that this machine does not have; each comes with the place that names it."""
        current = self._trainer_image()
        for place, image in images:
            if image != current:
                raise NotFoundError(
                    f"{place} needs image {image}; this machine has {current}, which changes with the "
                    "library. Restart Airflow (make down, make up) and run again."
                )

    def require_generated(self, modules: Iterable[tuple[str, str]]) -> None:
        """Refuses modules that are not among the generated ones; each comes with the place that names it."""
        for place, uri in modules:
            check_module(uri, self._artifact_root, place)

    def get(self, request: Request) -> Response:
        """Answers one job."""
        return JSONResponse(messages.of_job(self._store.job(self.key(request))))

    def list(self, request: Request) -> Response:
        """Answers the jobs of a location."""
        query = request.query_params
        project, location = request.path_params["project"], request.path_params["location"]
        found = listing.select(self.all_of(project, location), query.get("filter", ""))
        ordered = listing.order(found, query.get("orderBy", ""))
        jobs, token = listing.page(ordered, query.get("pageSize", ""), query.get("pageToken", ""))
        masked = [listing.mask(job, query.get("readMask", "")) for job in jobs]
        return JSONResponse({str(self.collection): masked, **({"nextPageToken": token} if token else {})})

    def all_of(self, project: str, location: str) -> Sequence[Mapping[str, object]]:
        """Returns all jobs of a location, the newest first, as the list call answers them."""
        records = self._store.jobs(project, location, self.collection)
        return [messages.listed(job) for job in records]

    def cancel(self, request: Request) -> Response:
        """Asks a job to end."""
        key = self.key(request)
        # Judged where it is written: the job may end at any moment.
        if not self._store.begin_cancellation(key):
            job = self._store.job(key)
            raise FailedPreconditionError(f"{key.name} is {_words(job)}; cancel only unfinished jobs.")
        self._scheduler.cancel(key)
        return JSONResponse({})

    def delete(self, request: Request) -> Response:
        """Forgets a finished job."""
        job = self._store.job(self.key(request))
        if not job.state.is_final:
            raise FailedPreconditionError(f"{job.key.name} is {_words(job)}; cancel it before you delete it.")
        self._store.delete_job(job.key)
        return JSONResponse(messages.delete_operation(job))

    def key(self, request: Request) -> JobKey:
        """Returns the key of the job that a request names in its path."""
        path = request.path_params
        return JobKey(path["project"], path["location"], path["job_id"], self.collection)


def _words(job: JobRecord) -> str:
    return job.state.removeprefix("PIPELINE_STATE_").lower()
