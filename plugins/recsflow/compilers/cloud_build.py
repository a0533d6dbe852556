"""Compile in Cloud Build, in a step that runs the trainer image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include import storage
from recsflow.errors import CompileError

if TYPE_CHECKING:
    from recsflow.compilers.topology import Topology
    from recsflow.settings import CloudBuildCompiler, Settings

COPY_IMAGE = "gcr.io/google.com/cloudsdktool/google-cloud-cli:slim"


def compile_in_cloud_build(topology: Topology, compiler: CloudBuildCompiler, settings: Settings) -> str:
    """Run a build that compiles the topology, wait for it and return the spec.

    Raises:
        CompileError: The build failed or took too long; names its log.
    """
    source = f"{settings.artifact_root}/compiled/{topology.key}.topology.json"
    target = f"{settings.artifact_root}/compiled/{topology.key}.built.json"
    storage.write_text(source, topology.to_json())
    _run(build_request(topology, compiler, source, target), compiler, settings)
    return storage.read_text(target)


def build_request(
    topology: Topology, compiler: CloudBuildCompiler, source: str, target: str
) -> dict[str, Any]:
    """Return the build: fetch the topology, compile it in the trainer image, store the spec."""
    build: dict[str, Any] = {
        "steps": [
            {
                "name": COPY_IMAGE,
                "args": ["gcloud", "storage", "cp", source, "/workspace/topology.json"],
            },
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
    from airflow.providers.google.cloud.hooks.cloud_build import CloudBuildHook

    hook = CloudBuildHook(gcp_conn_id=settings.gcp_conn_id)
    operation, build_id = hook.create_build_without_waiting_for_result(
        build=build, project_id=settings.project, location=compiler.location
    )
    try:
        operation.result(timeout=compiler.timeout_s)
    except Exception as error:
        log = f"https://console.cloud.google.com/cloud-build/builds/{build_id}?project={settings.project}"
        raise CompileError(
            f"Cloud Build {build_id} did not compile the pipeline: {error}; see {log}."
        ) from error
