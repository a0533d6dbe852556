"""The graph of a compiled pipeline: what each component reads and makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from include.experiment.config.base import Frozen
from include.plan.pipelines import tasks_of


class ComponentEdges(Frozen):
    """What a component reads, as `ExampleGen.examples`, and makes, as `statistics`."""

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


def component_graph(compiled: bytes) -> dict[str, ComponentEdges]:
    """Return the edges of a compiled pipeline's file by component, each after those that it reads from."""
    spec = json.loads(compiled)["pipelineSpec"]
    return {name: _edges(task.definition) for name, task in tasks_of(spec).items()}


def _edges(definition: Mapping[str, Any]) -> ComponentEdges:
    read = [each["taskOutputArtifact"] for each in definition["inputs"].get("artifacts", {}).values()]
    made = definition["component"].get("outputDefinitions", {}).get("artifacts", {})
    inputs = {f"{each['producerTask']}.{each['outputArtifactKey']}" for each in read}
    return ComponentEdges(inputs=tuple(sorted(inputs)), outputs=tuple(sorted(made)))
