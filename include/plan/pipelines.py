"""A pipeline with its parameters: the one that is planned, and those that ran before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

from include.plan.differences import Difference, mapping_differences, value_differences


@dataclass(frozen=True)
class Pipeline:
    """A pipeline and its parameters.

    Attributes:
        topology_key: Name of the compiled pipeline; None where it was not kept.
        topology: What it is compiled from, by field; empty where that was not kept.
        spec: The compiled pipeline; None where it is not compiled yet.
        parameters: Its runtime parameters, as far as they are known.
        texts: What stands behind a parameter that is an address: SQL, or the source of a module.
        written: When the files at a parameter's address were written; None where the run will write them.
    """

    topology_key: str | None
    topology: Mapping[str, Any]
    spec: Mapping[str, Any] | None
    parameters: Mapping[str, str]
    texts: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True)
class PastComponent:
    """A component of a pipeline that ran.

    Attributes:
        state: How it ended, `succeeded` or `cached` for example.
        seconds: How long it ran; None where it did not.
        outputs: URIs of what it made.
    """

    state: str
    seconds: float | None = None
    outputs: tuple[str, ...] = ()

    @property
    def has_result(self) -> bool:
        """Whether it came to a result, which another run can use."""
        return self.state in {"succeeded", "cached"}


@dataclass(frozen=True)
class PastPipeline:
    """A pipeline that ran.

    Attributes:
        experiment_id: Whose run it was.
        created: When it was submitted, UTC.
        pipeline: Its definition and parameters.
        components: By name.
    """

    experiment_id: str
    created: datetime
    pipeline: Pipeline
    components: Mapping[str, PastComponent]


@dataclass(frozen=True)
class PipelineTask:
    """A component as a compiled pipeline has it.

    Attributes:
        producers: The components whose outputs it reads.
        parameters: The runtime parameters that it reads.
        definition: Everything else that determines what it does.
    """

    name: str
    producers: tuple[str, ...]
    parameters: tuple[str, ...]
    definition: Mapping[str, Any]


def tasks_of(spec: Mapping[str, Any]) -> dict[str, PipelineTask]:
    """Return the components of a compiled pipeline by name, each after those that it reads from."""
    tasks = {name: _task(name, task, spec) for name, task in sorted(spec["root"]["dag"]["tasks"].items())}
    order = TopologicalSorter({name: task.producers for name, task in tasks.items()}).static_order()
    return {name: tasks[name] for name in order}


def parameter_differences(name: str, old: Pipeline, new: Pipeline) -> list[Difference]:
    """Return where the values of a runtime parameter differ."""
    texts = (old.texts[name], new.texts[name]) if name in old.texts and name in new.texts else None
    return value_differences(name, old.parameters.get(name), new.parameters.get(name), texts)


def topology_differences(old: Pipeline, new: Pipeline) -> list[Difference]:
    """Return where two pipelines are compiled from different things; none where one of them is not known."""
    return mapping_differences(old.topology, new.topology) if old.topology and new.topology else []


def _task(name: str, task: Mapping[str, Any], spec: Mapping[str, Any]) -> PipelineTask:
    inputs = task.get("inputs", {})
    component = spec["components"][task["componentRef"]["name"]]
    executor = spec["deploymentSpec"]["executors"].get(component.get("executorLabel"), {})
    given = [value.get("componentInputParameter") for value in inputs.get("parameters", {}).values()]
    return PipelineTask(
        name=name,
        producers=tuple(
            sorted(
                {
                    value["taskOutputArtifact"]["producerTask"]
                    for value in inputs.get("artifacts", {}).values()
                }
            )
        ),
        parameters=tuple(sorted(each for each in given if each)),
        definition={"inputs": inputs, "component": component, "executor": executor},
    )
