"""The compiled pipeline spec, read with the public messages; what this server cannot do is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from kfp.pipeline_spec import pipeline_spec_pb2 as ir

from local_cloud.vertex.allowed_code import COMPONENTS, check_command, check_executor
from local_cloud.vertex.errors import InvalidArgumentError, UnimplementedError

SCHEMA_VERSION = "2.0.0"
EXECUTOR_INPUT = "{{$}}"
# Message -> fields that this server understands. A field that is set but not listed here is refused.
IMPLEMENTED: dict[str, frozenset[str]] = {
    f"ml_pipelines.{message}": frozenset(fields.split())
    for message, fields in {
        "PipelineSpec": "components deployment_spec pipeline_info root schema_version sdk_version",
        "PipelineInfo": "name display_name description",
        "ComponentSpec": "dag executor_label input_definitions output_definitions",
        "ComponentInputsSpec": "artifacts parameters",
        "ComponentInputsSpec.ArtifactSpec": "artifact_type",
        "ComponentInputsSpec.ParameterSpec": "type",
        "ComponentOutputsSpec": "artifacts",
        "ComponentOutputsSpec.ArtifactSpec": "artifact_type",
        "ArtifactTypeSchema": "instance_schema schema_title schema_version",
        "DagSpec": "tasks",
        "PipelineTaskSpec": "caching_options component_ref dependent_tasks inputs task_info",
        "PipelineTaskSpec.CachingOptions": "enable_cache",
        "PipelineTaskInfo": "name",
        "ComponentRef": "name",
        "TaskInputsSpec": "artifacts parameters",
        "TaskInputsSpec.InputParameterSpec": "component_input_parameter runtime_value",
        "TaskInputsSpec.InputArtifactSpec": "task_output_artifact",
        "TaskInputsSpec.InputArtifactSpec.TaskOutputArtifactSpec": "output_artifact_key producer_task",
        "ValueOrRuntimeParameter": "constant_value",
        "Value": "double_value int_value string_value",
        "PipelineDeploymentConfig": "executors",
        "PipelineDeploymentConfig.ExecutorSpec": "container",
        "PipelineDeploymentConfig.PipelineContainerSpec": "args command image lifecycle",
        "PipelineDeploymentConfig.PipelineContainerSpec.Lifecycle": "pre_cache_check",
        "PipelineDeploymentConfig.PipelineContainerSpec.Lifecycle.Exec": "args command",
    }.items()
}
RESOURCES = "ml_pipelines.PipelineDeploymentConfig.PipelineContainerSpec.resources"
Parameter = dict[str, Any]


@dataclass(frozen=True)
class TaskSpec:
    """One task with everything that running it takes.

    Attributes:
        name: name of the task.
        dependencies: tasks that must have succeeded before.
        artifact_inputs: input name to (producing task, output key).
        parameters: input name to a typed value, such as `{"stringValue": "…"}`.
        job_parameters: input name to the name of the job's parameter that fills it.
        output_types: output key to the JSON of its artifact type.
        image: container image.
        command: command of the container with its arguments.
        driver: command that runs before the cache is asked, empty if there is none.
        enable_cache: whether an earlier result may be used.
    """

    name: str
    dependencies: frozenset[str]
    artifact_inputs: Mapping[str, tuple[str, str]]
    parameters: Mapping[str, Parameter]
    job_parameters: Mapping[str, str]
    output_types: Mapping[str, dict[str, str]]
    image: str
    command: tuple[str, ...]
    driver: tuple[str, ...]
    enable_cache: bool


@dataclass(frozen=True)
class PipelineSpec:
    """A pipeline that this server can run.

    Attributes:
        name: name of the pipeline.
        parameters: name to type, STRING, INT or DOUBLE, of the job's parameters.
        tasks: tasks by name, in an order that respects their dependencies.
    """

    name: str
    parameters: Mapping[str, str]
    tasks: Mapping[str, TaskSpec]

    @classmethod
    def from_dict(cls, spec: Mapping[str, Any]) -> "PipelineSpec":
        """Parses a compiled spec and refuses what this server would have to ignore."""
        version = spec.get("schemaVersion")
        if version != SCHEMA_VERSION:
            raise InvalidArgumentError(
                f"pipelineSpec.schemaVersion is {version!r}; this server runs {SCHEMA_VERSION}, "
                "which TFX's KubeflowV2DagRunner writes by default."
            )
        message = _parse(spec, ir.PipelineSpec(), "pipelineSpec")
        deployment = _parse(
            spec.get("deploymentSpec", {}), ir.PipelineDeploymentConfig(), "pipelineSpec.deploymentSpec"
        )
        tasks = {
            name: _task(name, task, message.components, deployment.executors)
            for name, task in message.root.dag.tasks.items()
        }
        if not tasks:
            raise InvalidArgumentError(
                "pipelineSpec.root.dag.tasks is empty; compile a pipeline with components."
            )
        definitions = message.root.input_definitions.parameters
        parameters = {
            name: ir.PrimitiveType.PrimitiveTypeEnum.Name(item.type) for name, item in definitions.items()
        }
        return cls(name=message.pipeline_info.name, parameters=parameters, tasks=_in_order(tasks, parameters))


def _parse(content: Any, message: Any, path: str) -> Any:
    try:
        json_format.ParseDict(content, message)
    except json_format.ParseError as error:
        raise InvalidArgumentError(f"{path} is not a compiled pipeline: {error}") from error
    _refuse_unimplemented(message, path)
    return message


def _refuse_unimplemented(message: Message, path: str) -> None:
    known = IMPLEMENTED.get(message.DESCRIPTOR.full_name, frozenset())
    for field, value in message.ListFields():
        place = f"{path}.{field.json_name}"
        if field.full_name == RESOURCES:
            raise UnimplementedError(
                f"{place} asks for {_asked(value)}; this machine runs components on its own CPU and memory: "
                "choose accelerator cpu, or run on Vertex AI."
            )
        if field.name not in known:
            raise UnimplementedError(
                f"{place} is set; the local pipeline server does not implement it. Leave it out, or run on "
                "Vertex AI."
            )
        for name, item in _messages(value):
            # The deployment spec is a free-form struct here and is read again as the message that it holds.
            if not item.DESCRIPTOR.full_name.startswith("google.protobuf."):
                _refuse_unimplemented(item, f"{place}{name}")


def _asked(resources: Any) -> str:
    accelerator = resources.accelerator
    if accelerator.type:
        return f"{accelerator.count} {accelerator.type}"
    return ", ".join(f"{field.json_name} {value}" for field, value in resources.ListFields())


def _messages(value: Any) -> Iterator[tuple[str, Message]]:
    if isinstance(value, Message):
        yield "", value
    elif hasattr(value, "items"):
        yield from ((f".{key}", item) for key, item in value.items() if isinstance(item, Message))
    elif hasattr(value, "__iter__") and not isinstance(value, str | bytes):
        yield from ((f"[{index}]", item) for index, item in enumerate(value) if isinstance(item, Message))


def _task(name: str, task: Any, components: Mapping[str, Any], executors: Mapping[str, Any]) -> TaskSpec:
    component = components.get(task.component_ref.name)
    executor = executors.get(component.executor_label) if component is not None else None
    if component is None or executor is None:
        raise InvalidArgumentError(
            f"pipelineSpec.root.dag.tasks.{name} refers to component {task.component_ref.name!r}, which has "
            "no definition with an executor; compile the pipeline again."
        )
    container = executor.container
    producers = {key: item.task_output_artifact for key, item in task.inputs.artifacts.items()}
    constants, from_job = {}, {}
    for key, item in task.inputs.parameters.items():
        if item.WhichOneof("kind") == "component_input_parameter":
            from_job[key] = item.component_input_parameter
        else:
            constants[key] = json_format.MessageToDict(item.runtime_value.constant_value)
    hook = container.lifecycle.pre_cache_check
    place = f"pipelineSpec.deploymentSpec.executors.{component.executor_label}.container"
    return TaskSpec(
        name=name,
        dependencies=frozenset(task.dependent_tasks) | {item.producer_task for item in producers.values()},
        artifact_inputs={
            key: (item.producer_task, item.output_artifact_key) for key, item in producers.items()
        },
        parameters=constants,
        job_parameters=from_job,
        output_types={
            key: json_format.MessageToDict(item.artifact_type)
            for key, item in component.output_definitions.artifacts.items()
        },
        image=container.image,
        command=_command(container, place),
        driver=_command(hook, f"{place}.lifecycle.preCacheCheck") if hook.command else (),
        enable_cache=task.caching_options.enable_cache,
    )


def _command(container: Any, place: str) -> tuple[str, ...]:
    command = (*container.command, *container.args)
    check_command(command, COMPONENTS, f"{place}.command")
    check_executor(command, f"{place}.args")
    for argument in command:
        if "{{$" in argument and argument != EXECUTOR_INPUT:
            raise UnimplementedError(
                f"{place}.args has {argument!r}; the local pipeline server fills in {EXECUTOR_INPUT!r} only."
            )
    return command


def _in_order(tasks: Mapping[str, TaskSpec], parameters: Mapping[str, str]) -> dict[str, TaskSpec]:
    ordered: dict[str, TaskSpec] = {}
    for task in tasks.values():
        place = f"pipelineSpec.root.dag.tasks.{task.name}"
        for dependency in sorted(task.dependencies - set(tasks)):
            raise InvalidArgumentError(f"{place} depends on {dependency!r}, which is not a task.")
        for key, name in task.job_parameters.items():
            if name not in parameters:
                raise InvalidArgumentError(f"{place}.inputs.{key} reads {name!r}, which is not a parameter.")
        for producer, key in task.artifact_inputs.values():
            if key not in tasks[producer].output_types:
                raise InvalidArgumentError(
                    f"{place} reads {producer}.{key}, which {producer} does not produce."
                )
    while len(ordered) < len(tasks):
        ready = [
            name for name, task in tasks.items() if name not in ordered and task.dependencies <= set(ordered)
        ]
        if not ready:
            raise InvalidArgumentError(
                f"pipelineSpec.root.dag.tasks has a cycle among {sorted(set(tasks) - set(ordered))}."
            )
        ordered.update({name: tasks[name] for name in sorted(ready)})
    return ordered
