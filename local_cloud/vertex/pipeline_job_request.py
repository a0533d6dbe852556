"""Validation of a pipeline job: what Vertex AI refuses is refused here, in the same way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud.aiplatform_v1.types import PipelineJob
from google.protobuf import json_format

from local_cloud.vertex.allowed_code import CODE_PARAMETERS
from local_cloud.vertex.artifacts import is_place, location
from local_cloud.vertex.errors import InvalidArgumentError, UnimplementedError
from local_cloud.vertex.identity_checks import IDENTITY_FIELDS
from local_cloud.vertex.message_checks import check_display_name, check_labels
from local_cloud.vertex.spec import PipelineSpec, TaskSpec

JOB_ID = re.compile(r"[a-z][-a-z0-9]{0,126}")
VALUE_FIELDS = {"STRING": "stringValue", "INT": "intValue", "DOUBLE": "doubleValue"}
REQUEST_FIELDS = {
    *("displayName", "pipelineSpec", "labels", "runtimeConfig", "name", "encryptionSpec"),
    *IDENTITY_FIELDS,
}
RUNTIME_FIELDS = {"gcsOutputDirectory", "parameters", "failurePolicy", "parameterValues"}


@dataclass(frozen=True)
class PipelineRequest:
    """A request that can run.

    Attributes:
        message: the job as JSON of the public API.
        spec: its pipeline.
        root: where its artifacts go, on this machine or in a bucket.
        parameters: name to typed value.
        fail_fast: whether a failed task keeps others from starting.
    """

    message: dict[str, Any]
    spec: PipelineSpec
    root: str
    parameters: Mapping[str, dict[str, Any]]
    fail_fast: bool

    @classmethod
    def from_json(cls, body: Any) -> "PipelineRequest":
        """Reads and validates the body of a create request."""
        message = _parse(body)
        _refuse_unknown(message, REQUEST_FIELDS, "pipelineJob")
        if "displayName" in message:
            check_display_name(message, "pipelineJob")
        check_labels(message.get("labels", {}), "pipelineJob")
        runtime = message.get("runtimeConfig", {})
        _refuse_unknown(runtime, RUNTIME_FIELDS, "pipelineJob.runtimeConfig")
        if "pipelineSpec" not in message:
            raise InvalidArgumentError("pipelineJob.pipelineSpec is missing; send the compiled pipeline.")
        spec = PipelineSpec.from_dict(message["pipelineSpec"])
        return cls(
            message=message,
            spec=spec,
            root=_root(runtime.get("gcsOutputDirectory", "")),
            parameters=_parameters(spec, runtime),
            fail_fast=runtime.get("failurePolicy") == "PIPELINE_FAILURE_POLICY_FAIL_FAST",
        )

    def parameters_of(self, task: TaskSpec) -> dict[str, dict[str, Any]]:
        """Returns what a task is told: its constants, and the job's parameters under the task's names."""
        return {
            **task.parameters,
            **{key: self.parameters[name] for key, name in task.job_parameters.items()},
        }

    def modules(self) -> list[tuple[str, str]]:
        """Returns the modules that tasks are told to run, each with the place that names it."""
        return [
            (f"pipelineSpec: task {name}: {key}", str(parameters[key].get("stringValue", "")))
            for name, task in self.spec.tasks.items()
            for parameters in [self.parameters_of(task)]
            for key in CODE_PARAMETERS & parameters.keys()
        ]


def check_job_id(job_id: str) -> None:
    """Refuses an id that Vertex AI would refuse: it has less than 128 characters.

    https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.pipelineJobs/create
    """
    if not JOB_ID.fullmatch(job_id):
        raise InvalidArgumentError(
            f"pipelineJobId is {job_id!r}; it must match [a-z][-a-z0-9]{{0,126}}: a lower-case letter, then "
            "up to 126 lower-case letters, digits or hyphens."
        )


def _parse(body: Any) -> dict[str, Any]:
    try:
        message = json_format.ParseDict(body, PipelineJob.pb()())
    except json_format.ParseError as error:
        raise InvalidArgumentError(f"The request is not a PipelineJob: {error}") from error
    return json_format.MessageToDict(message)


def _refuse_unknown(values: Mapping[str, Any], implemented: set[str], path: str) -> None:
    for name in sorted(set(values) - implemented):
        if values[name]:
            raise UnimplementedError(
                f"{path}.{name} is set; the local pipeline server does not implement it. Leave it out, or "
                "run on Vertex AI."
            )


def _root(directory: str) -> str:
    if not directory:
        raise InvalidArgumentError(
            "pipelineJob.runtimeConfig.gcsOutputDirectory is missing; give the pipeline root."
        )
    path = location(directory)
    if not is_place(path):
        raise InvalidArgumentError(
            f"pipelineJob.runtimeConfig.gcsOutputDirectory is {directory!r}; give gs://bucket/prefix, or, on "
            "this machine alone, an absolute path or a file:/// URI."
        )
    return path


def _parameters(spec: PipelineSpec, runtime: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    place = "pipelineJob.runtimeConfig.parameters"
    if runtime.get("parameterValues"):
        raise InvalidArgumentError(
            "pipelineJob.runtimeConfig.parameterValues is for specs after 2.0.0; use parameters."
        )
    given = runtime.get("parameters", {})
    problems = [
        f"{place}.{name} is not a parameter of the pipeline; it has {', '.join(sorted(spec.parameters))}."
        for name in sorted(set(given) - set(spec.parameters))
    ]
    for name, kind in spec.parameters.items():
        field = VALUE_FIELDS.get(kind, "")
        if name not in given:
            problems.append(f"{place}.{name} is missing and has no default; give a {kind}.")
        elif set(given[name]) != {field}:
            problems.append(f"{place}.{name} is {given[name]}; give a {kind} as {field}.")
    if problems:
        raise InvalidArgumentError(" ".join(problems))
    return dict(given)
