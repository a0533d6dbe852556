"""Pages for people: jobs, their stages, logs, and the artifact folder."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from local_cloud.vertex import markup
from local_cloud.vertex.artifacts import files_of, is_place, location
from local_cloud.vertex.custom_job_request import CustomRequest
from local_cloud.vertex.errors import NotFoundError
from local_cloud.vertex.page_headers import OF_ANYBODY
from local_cloud.vertex.states import Collection, JobRecord, TaskRecord
from local_cloud.vertex.store import Store

REFRESH_S = 3
LISTED_JOBS = 200
KINDS = {Collection.PIPELINE_JOBS: "pipeline", Collection.CUSTOM_JOBS: "custom job"}
# What a browser shows as more than text.
PAGES = {".html": "text/html; charset=utf-8", ".png": "image/png"}
PEEKED_BYTES = 4096


class Console:
    """Pages of one server.

    Args:
        store: jobs.
        artifact_root: folder below which artifacts are shown; nothing outside it is.
        log_of: returns the log file of a task.
    """

    def __init__(self, store: Store, artifact_root: str, log_of: Callable[[str, str], Path]) -> None:
        self._store = store
        self._artifact_root = location(artifact_root)
        self._log_of = log_of

    def routes(self) -> list[Route]:
        """Returns the HTTP routes."""
        return [
            Route("/console", lambda _request: RedirectResponse("/console/jobs")),
            Route("/console/jobs", self.jobs),
            Route("/console/jobs/{job_id}", self.job),
            Route("/console/logs/{job_id}/{task}", self.log),
            Route("/console/artifacts/{path:path}", self.artifact),
        ]

    def jobs(self, _request: Request) -> Response:
        """Lists the newest jobs."""
        jobs = self._store.newest_jobs(LISTED_JOBS)
        rows = [
            (
                markup.link(f"/console/jobs/{job.key.job_id}", job.key.job_id),
                markup.state(job.state),
                KINDS[job.key.collection],
                job.title,
                markup.moment(job.create_time),
                markup.duration(job.start_time, job.end_time),
            )
            for job in jobs
        ]
        body = (
            markup.table(("Job", "State", "Kind", "Runs", "Created", "Duration"), rows)
            if rows
            else "No job yet."
        )
        running = any(not job.state.is_final for job in jobs)
        return HTMLResponse(markup.page("Jobs", body, refresh_s=REFRESH_S if running else 0))

    def job(self, request: Request) -> Response:
        """Shows one job, stage by stage."""
        job = self._store.find_job(request.path_params["job_id"])
        failed = [task for task in job.tasks if task.error]
        body = markup.join(
            [
                markup.Html("<p>"),
                markup.state(job.state),
                f" · {KINDS[job.key.collection]} {job.title}",
                f" · created {markup.moment(job.create_time)} · ",
                markup.duration(job.start_time, job.end_time),
                markup.Html("</p>"),
                markup.pre(job.error) if job.error else "",
                markup.table(
                    ("Stage", "State", "Started", "Duration", "Peak memory", "Log", "Outputs"),
                    [self._stage(job, task) for task in job.tasks],
                ),
                *(
                    markup.Html(f"<h2>{markup.safe(task.name)} failed</h2>{markup.pre(task.error)}")
                    for task in failed
                ),
                markup.Html("<h2>Parameters</h2>"),
                markup.table(("Name", "Value"), _parameters(job)),
            ]
        )
        return HTMLResponse(
            markup.page(job.key.job_id, body, refresh_s=0 if job.state.is_final else REFRESH_S)
        )

    def _stage(self, job: JobRecord, task: TaskRecord) -> tuple[object, ...]:
        log = self._log_of(job.key.job_id, task.name)
        source = (
            markup.link(f"/console/jobs/{task.reused_from}", task.reused_from) if task.reused_from else ""
        )
        return (
            task.name,
            markup.join([markup.state(task.state), " from " if source else "", source]),
            markup.moment(task.start_time),
            markup.duration(task.start_time, task.end_time),
            f"{task.peak_memory_mib:,} MiB" if task.peak_memory_mib else "",
            markup.link(f"/console/logs/{job.key.job_id}/{task.name}", "log") if log.exists() else "",
            markup.join(
                self._output(key, item["uri"]) for key, listed in task.outputs.items() for item in listed
            ),
        )

    def _output(self, key: str, uri: str) -> markup.Html:
        root = f"{self._artifact_root}/"
        if not uri.startswith(root):
            return markup.safe(f"{key} ")
        return markup.join([markup.link(f"/console/artifacts/{uri.removeprefix(root)}", key), " "])

    def log(self, request: Request) -> Response:
        """Shows what a component wrote."""
        job = self._store.find_job(request.path_params["job_id"])
        task = next((task for task in job.tasks if task.name == request.path_params["task"]), None)
        log = self._log_of(job.key.job_id, task.name) if task else None
        if log is None or not log.exists():
            raise NotFoundError(f"{request.url.path}: no log; the task does not exist or has not started.")
        return PlainTextResponse(log.read_text(errors="replace"))

    def artifact(self, request: Request) -> Response:
        """Shows a file or a folder below the artifact root."""
        relative = request.path_params["path"].strip("/")
        path = f"{self._artifact_root}/{relative}".rstrip("/")
        files = files_of(path)
        if not self._is_inside(path) or not files.exists(path):
            raise NotFoundError(f"{request.url.path}: no such artifact below {self._artifact_root}.")
        content = files.read(path)
        if content is not None:
            return Response(content, media_type=_media_type(relative, content), headers=OF_ANYBODY)
        rows = [
            (
                markup.link(f"/console/artifacts/{relative}/{name}", name + ("/" if size is None else "")),
                "" if size is None else size,
            )
            for name, size in sorted(files.children(path), key=lambda entry: (entry[1] is not None, entry[0]))
        ]
        return HTMLResponse(markup.page(f"Artifacts: {relative}", markup.table(("Name", "Bytes"), rows)))

    def _is_inside(self, path: str) -> bool:
        if not path.startswith("/"):
            return is_place(path)
        # A link may lead out.
        return Path(path).resolve().is_relative_to(Path(self._artifact_root).resolve())


def _media_type(name: str, content: bytes) -> str:
    is_binary = b"\0" in content[:PEEKED_BYTES]
    unknown = "application/octet-stream" if is_binary else "text/plain; charset=utf-8"
    return PAGES.get(PurePosixPath(name).suffix, unknown)


def _parameters(job: JobRecord) -> list[tuple[str, str]]:
    """Returns a pipeline's parameters, or the options of a container's command."""
    if job.key.collection is Collection.CUSTOM_JOBS:
        options = CustomRequest.from_json(job.request).command[3:]
        return list(zip(options[::2], options[1::2], strict=False))
    parameters = job.request.get("runtimeConfig", {}).get("parameters", {})
    return [(name, next(iter(value.values()), "")) for name, value in parameters.items()]
