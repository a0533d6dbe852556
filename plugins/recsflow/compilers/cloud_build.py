"""Compile in Cloud Build, in a step that runs the trainer image."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
from google.auth.exceptions import GoogleAuthError

from include.errors import innermost
from recsflow.compilers.build_hook import BuildHook
from recsflow.errors import CompileError, CompileRefused
from recsflow.vertex.hooks.vertex import OUTAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recsflow.settings import CloudBuildCompiler, Settings
    from recsflow.vertex.requests.topology import Topology

COPY_IMAGE = "gcr.io/google.com/cloudsdktool/google-cloud-cli:slim"


@dataclass(frozen=True)
class Compilation:
    """A build that compiles a topology.

    Attributes:
        is_own: Whether it was started for this experiment.
        is_new: Whether it was started now.
    """

    build_id: str
    is_own: bool
    is_new: bool


def find_or_start_build(
    topology: Topology, experiment_id: str, compiler: CloudBuildCompiler, settings: Settings
) -> Compilation:
    """Find the build that compiles a topology already, or start one.

    There is one where several experiments need the pipeline at once, or an earlier try was killed.

    Args:
        topology: What is compiled; its text lies where the layout of artifacts says.
        experiment_id: For which experiment.
        compiler: Where the build runs.
        settings: Where everything is.

    Raises:
        CompileRefused: Cloud Build does not take the build, in its own words.
        CompileError: Cloud Build did not answer.
    """
    hook = BuildHook(gcp_conn_id=settings.gcp_conn_id)
    place = {"project": settings.project, "location": compiler.location}
    with _answered(settings, compiler):
        live = hook.find_live(topology.key, **place)
        if live is not None:
            return Compilation(live.build_id, is_own=experiment_id in live.tags, is_new=False)
        files = settings.layout.compiled(topology.key)
        build = build_request(topology, experiment_id, compiler, files.topology, files.built)
        return Compilation(hook.start(build, **place), is_own=True, is_new=True)


def build_request(
    topology: Topology, experiment_id: str, compiler: CloudBuildCompiler, source: str, target: str
) -> dict[str, Any]:
    """Return the build: fetch the topology, compile it in the trainer image, store the spec.

    Every step names its command, since the image starts workers of Dataflow where it is given none.
    """
    build: dict[str, Any] = {
        "steps": [
            {
                "name": COPY_IMAGE,
                "args": ["gcloud", "storage", "cp", source, "/workspace/topology.json"],
            },
            # The trainer image has a user of its own, and /workspace is root's.
            {"name": COPY_IMAGE, "entrypoint": "chmod", "args": ["a+rwx", "/workspace"]},
            {
                "name": topology.trainer_image,
                "entrypoint": "python",
                "args": [
                    *("-m", "recsflow_trainer.pipeline.compile"),
                    *("--topology", "/workspace/topology.json", "--output", "/workspace/spec.json"),
                ],
            },
            {"name": COPY_IMAGE, "args": ["gcloud", "storage", "cp", "/workspace/spec.json", target]},
        ],
        "timeout": {"seconds": int(compiler.timeout_s)},
        "tags": ["recsflow", topology.pipeline_name, topology.key, experiment_id],
        "options": {"logging": "CLOUD_LOGGING_ONLY"},
    }
    if compiler.service_account:
        build["service_account"] = compiler.service_account
    return build


@contextmanager
def _answered(settings: Settings, compiler: CloudBuildCompiler) -> Iterator[None]:
    """Say in the project's own errors what Cloud Build does not do."""
    where = f"Cloud Build in {settings.project}, {compiler.location}"
    try:
        yield
    except OUTAGES as error:
        raise CompileError(f"{where} did not answer: {innermost(error)}") from None
    except (GoogleAPIError, GoogleAuthError) as error:
        said = error.message if isinstance(error, GoogleAPICallError) else error
        raise CompileRefused(f"{where} did not take the build: {said}") from error
