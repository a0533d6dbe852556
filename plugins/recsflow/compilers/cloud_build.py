"""Compile in Cloud Build, in a step that runs the trainer image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include import storage
from include.errors import innermost
from recsflow.compilers.topology import topology_uri
from recsflow.errors import CompileError, CompileRefused

if TYPE_CHECKING:
    from google.api_core.operation import Operation

    from recsflow.compilers.topology import Topology
    from recsflow.settings import CloudBuildCompiler, Settings

COPY_IMAGE = "gcr.io/google.com/cloudsdktool/google-cloud-cli:slim"
CALL_TIMEOUT_S = 30.0


def compile_in_cloud_build(topology: Topology, compiler: CloudBuildCompiler, settings: Settings) -> str:
    """Run a build that compiles the topology, wait for it and return the spec.

    Args:
        topology: What is compiled; its text lies where `topology_uri` says.
        compiler: Where the build runs.
        settings: Where everything is.

    Raises:
        CompileRefused: Cloud Build does not take the build, in its own words.
        CompileError: Cloud Build did not answer, or the build failed or took too long; names its log.
    """
    target = f"{settings.artifact_root}/compiled/{topology.key}.built.json"
    source = topology_uri(topology.key, settings)
    _run(build_request(topology, compiler, source, target), compiler, settings)
    return storage.read_text(target)


def build_request(
    topology: Topology, compiler: CloudBuildCompiler, source: str, target: str
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
        "tags": ["recsflow", topology.pipeline_name],
        "options": {"logging": "CLOUD_LOGGING_ONLY"},
    }
    if compiler.service_account:
        build["service_account"] = compiler.service_account
    return build


def _run(build: dict[str, Any], compiler: CloudBuildCompiler, settings: Settings) -> None:
    from google.api_core.exceptions import GoogleAPIError

    from recsflow.hooks.vertex import OUTAGES

    operation = _start(build, compiler, settings)
    started = operation.metadata.build
    try:
        operation.result(timeout=compiler.timeout_s)
    except (GoogleAPIError, *OUTAGES) as error:
        raise CompileError(
            f"Cloud Build {started.id} did not compile the pipeline: {error}; see {started.log_url}"
        ) from error


def _start(build: dict[str, Any], compiler: CloudBuildCompiler, settings: Settings) -> Operation:
    from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
    from google.auth.exceptions import GoogleAuthError

    from recsflow.hooks.cloud_build import BuildHook
    from recsflow.hooks.vertex import OUTAGES

    hook = BuildHook(gcp_conn_id=settings.gcp_conn_id)
    where = f"Cloud Build in {settings.project}, {compiler.location}"
    try:
        return hook.start(
            build, project=settings.project, location=compiler.location, timeout_s=CALL_TIMEOUT_S
        )
    except OUTAGES as error:
        raise CompileError(f"{where} did not answer: {innermost(error)}") from None
    except (GoogleAPIError, GoogleAuthError) as error:
        said = error.message if isinstance(error, GoogleAPICallError) else error
        raise CompileRefused(f"{where} did not take the build: {said}") from error
