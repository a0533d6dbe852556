"""Whether Vertex AI, what compiles pipelines, and MLflow answer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from include.identity import tracking_token
from include.tracking.connection import tracking_client
from recsflow.compilers.build_hook import BuildHook
from recsflow.doctor.finding import Finding, bad, doubtful, good
from recsflow.vertex.hooks.pipeline_jobs import PipelineJobsHook
from recsflow.vertex.hooks.vertex import answered

if TYPE_CHECKING:
    from recsflow.settings import CloudBuildCompiler, Settings

_BUCKETS = {"gs", "s3", "wasbs", "abfss"}


def check_vertex(settings: Settings) -> Iterator[Finding]:
    """List a page of the pipeline jobs that run."""
    hook = PipelineJobsHook(
        gcp_conn_id=settings.gcp_conn_id, project=settings.project, location=settings.location
    )
    with answered("reading the jobs"):
        running = sum(len(page) for page in islice(hook.pages_of_live(), 1))
    yield good("vertex", f"answers in {settings.location}; {running} of our pipeline jobs have not ended")


def check_build(settings: Settings) -> Iterator[Finding]:
    """Look for the compiler's command, or let Cloud Build list a build."""
    compiler = settings.compiler
    if compiler.kind == "cloud_build":
        _list_builds(settings, compiler)
        yield good("compiler", f"Cloud Build answers in {compiler.location}")
    elif shutil.which(compiler.argv[0]) is None:
        yield bad(
            "compiler", f"compiler.argv[0] is {compiler.argv[0]!r}, which is no program here; correct it"
        )
    else:
        yield good("compiler", f"{compiler.argv[0]} is there")


def _list_builds(settings: Settings, compiler: CloudBuildCompiler) -> None:
    client = BuildHook(gcp_conn_id=settings.gcp_conn_id).get_conn(location=compiler.location)
    parent = f"projects/{settings.project}/locations/{compiler.location}"
    request = {"parent": parent, "project_id": settings.project, "page_size": 1}
    next(iter(client.list_builds(request=request, timeout=30.0)), None)


def check_mlflow(settings: Settings) -> Iterator[Finding]:
    """Ask MLflow for an experiment, and whether files go through it."""
    with tracking_client(settings.mlflow_tracking_uri) as client:
        found = client.get_experiment_by_name(settings.mlflow_experiment)
        experiments = [found] if found else client.search_experiments(max_results=1)
    token = tracking_token() if settings.mlflow_audience else None
    asked_as = (
        f" to {token.account}, by identity tokens for mlflow_audience {token.audience}" if token else ""
    )
    yield good("mlflow", f"answers at {settings.mlflow_tracking_uri}{asked_as}")
    for experiment in experiments:
        if urlsplit(experiment.artifact_location).scheme in _BUCKETS:
            yield doubtful(
                "mlflow",
                f"files of its experiment {experiment.name} lie in {experiment.artifact_location}, where "
                f"MLflow's client writes as the machine's account, not as that of {settings.gcp_conn_id}; "
                "start MLflow with --artifacts-destination, and name another mlflow_experiment",
            )
