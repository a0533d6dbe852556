"""The server as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_cloud.cloud_build.api import BuildsApi
from local_cloud.cloud_build.build_pages import BuildPages
from local_cloud.cloud_build.build_runner import BuildPlace
from local_cloud.cloud_build.build_store import BuildStore
from local_cloud.cloud_build.builder import Builder
from local_cloud.cloud_build.step_images import StepImages
from local_cloud.cloud_logging.api import LoggingApi
from local_cloud.cloud_logging.log_files import LogFiles
from local_cloud.http_guard import LoopbackGuard
from local_cloud.quotas.api import QuotasApi
from local_cloud.settings import LocalSettings
from local_cloud.vertex import instance_metadata, permissions_api
from local_cloud.vertex.console import Console
from local_cloud.vertex.custom_jobs_api import CustomJobsApi
from local_cloud.vertex.endpoints_api import EndpointsApi
from local_cloud.vertex.error_answers import answer_error
from local_cloud.vertex.errors import ApiError
from local_cloud.vertex.host_client import HostClient
from local_cloud.vertex.limits import Limits
from local_cloud.vertex.metadata_api import MetadataApi
from local_cloud.vertex.models_api import ModelsApi
from local_cloud.vertex.operations import Operations
from local_cloud.vertex.page_headers import PageHeaders
from local_cloud.vertex.pipeline_jobs_api import PipelineJobsApi
from local_cloud.vertex.request_quota import RequestQuota
from local_cloud.vertex.scheduler import Scheduler
from local_cloud.vertex.serving_folders import ServingFolders
from local_cloud.vertex.serving_pages import ServingPages
from local_cloud.vertex.serving_store import ServingStore
from local_cloud.vertex.store import Store
from local_cloud.vertex.tables import TablePages

PARALLEL_TASKS = 2
COMPONENT_ENVIRONMENT = {
    # TensorFlow Recommenders builds on Keras 2.
    "TF_USE_LEGACY_KERAS": "1",
    # C++ alarms without need, as about a GPU that is not there; Python's errors stay.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "GRPC_VERBOSITY": "ERROR",
}


def build_app(settings: LocalSettings) -> Starlette:
    """Returns the application; its component host starts with it and ends with it."""
    logs = settings.home / "logs"

    def log_of(job_id: str, task: str) -> Path:
        return logs / "pipelines" / job_id / f"{task}.log"

    def trainer_image() -> str:
        # The library may be edited while the server runs, so the name is made anew.
        return LocalSettings(settings.home, settings.port_offset).trainer_image

    limits = Limits.from_environment()
    logs.mkdir(parents=True, exist_ok=True)
    store = Store(settings.home / "vertex.sqlite")
    serving = ServingStore(settings.home / "serving.sqlite")
    operations = Operations(serving)
    folders = ServingFolders(settings.serving_root)
    entries = LogFiles(logs / "entries")
    host = HostClient(settings.trainer_python, logs / "component_host.log", COMPONENT_ENVIRONMENT)
    scheduler = Scheduler(
        store=store, host=host, parallel_tasks=PARALLEL_TASKS, log_of=log_of, entries=entries
    )
    builds = BuildStore(settings.home / "cloud_build.sqlite")
    images = StepImages(trainer_image, host)
    builder = Builder(BuildPlace(builds, images, entries, settings.home / "workspaces"), host)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        host.warm_up()
        builder.close_unfinished()
        scheduler.resume_unfinished()
        yield
        builder.stop()
        scheduler.shut_down()
        builder.join()
        for each in (store, serving, builds):
            each.close()

    def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "component_host": "ready" if host.is_ready else "importing TFX"})

    return Starlette(
        routes=[
            Route("/healthz", health),
            *PipelineJobsApi(store, scheduler, trainer_image, settings.artifact_root_uri, limits).routes(),
            *CustomJobsApi(store, scheduler, trainer_image, settings.artifact_root_uri, limits).routes(),
            *ModelsApi(serving, operations).routes(),
            *EndpointsApi(serving, operations, folders).routes(),
            *operations.routes(),
            *MetadataApi(store).routes(),
            *LoggingApi(entries).routes(),
            *BuildsApi(builds, builder, images).routes(),
            *BuildPages(entries).routes(),
            *permissions_api.routes(),
            *QuotasApi(store, limits).routes(),
            *instance_metadata.routes(),
            *ServingPages(serving, folders).routes(),
            *Console(store, settings.artifact_root_uri, log_of).routes(),
            *TablePages().routes(),
        ],
        middleware=[
            Middleware(LoopbackGuard),
            Middleware(PageHeaders),
            Middleware(RequestQuota, limits=limits),
        ],
        exception_handlers={ApiError: answer_error},
        lifespan=lifespan,
    )
