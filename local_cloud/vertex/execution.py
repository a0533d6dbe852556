"""What a task's component is told and what it answers: the messages between Vertex and TFX's containers."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2 as ir

from local_cloud.vertex.artifacts import digest_of, files_of
from local_cloud.vertex.spec import EXECUTOR_INPUT, TaskSpec
from local_cloud.vertex.states import JobKey, now

Artifacts = dict[str, list[dict[str, Any]]]


@dataclass
class Execution:
    """One attempt at a task.

    Attributes:
        task: its spec.
        folder: folder that holds its outputs.
        inputs: input name to artifacts.
        parameters: input name to typed value.
        outputs: output key to artifacts, completed while the task runs.
    """

    task: TaskSpec
    folder: str
    inputs: Artifacts
    parameters: Mapping[str, dict[str, Any]]
    outputs: Artifacts

    @classmethod
    def prepare(
        cls,
        *,
        key: JobKey,
        root: str,
        task: TaskSpec,
        inputs: Artifacts,
        parameters: Mapping[str, dict[str, Any]],
    ) -> "Execution":
        """Lays out a new attempt: a folder of its own, one artifact an output."""
        folder = f"{root}/{key.project}/{key.job_id}/{task.name}_{uuid.uuid4().hex[:16]}"
        outputs = {
            name: [
                {
                    "name": f"{key.parent}/metadataStores/default/artifacts/{uuid.uuid4().int >> 65}",
                    "uri": f"{folder}/{name}",
                    "type": kind,
                }
            ]
            for name, kind in task.output_types.items()
        }
        return cls(task=task, folder=folder, inputs=inputs, parameters=parameters, outputs=outputs)

    @property
    def output_file(self) -> str:
        """Where drivers and executors leave what they have to say."""
        return f"{self.folder}/executor_output.json"

    def command(self, template: tuple[str, ...]) -> list[str]:
        """Returns a command with the executor input filled in."""
        message = {
            "inputs": {"parameters": self.parameters, "artifacts": _lists(self.inputs)},
            "outputs": {"artifacts": _lists(self.outputs), "outputFile": self.output_file},
        }
        json_format.ParseDict(message, ir.ExecutorInput())
        text = json.dumps(message)
        return [text if argument == EXECUTOR_INPUT else argument for argument in template]

    def describe(self, module: str) -> str:
        """Returns a heading for the log: what runs, on what."""
        lines = [f"== {now()} {self.task.name}: {module}"]
        lines += [f"   input {key}: {item['uri']}" for key, listed in self.inputs.items() for item in listed]
        lines += [
            f"   {key} = {' '.join(str(next(iter(value.values()), '')).split())[:500]}"
            for key, value in self.parameters.items()
        ]
        lines += [
            f"   output {key}: {item['uri']}" for key, listed in self.outputs.items() for item in listed
        ]
        return "\n".join(lines) + "\n"

    def read_outputs(self) -> dict[str, Any]:
        """Takes over what the component says of its outputs, and returns the parameters that it reports."""
        text = files_of(self.output_file).read(self.output_file)
        if text is None:
            return {}
        answer = json.loads(text)
        json_format.ParseDict(answer, ir.ExecutorOutput())
        for key, listed in answer.get("artifacts", {}).items():
            for artifact, reported in zip(
                self.outputs.get(key, []), listed.get("artifacts", []), strict=False
            ):
                artifact["uri"] = reported.get("uri") or artifact["uri"]
                artifact["metadata"] = {**artifact.get("metadata", {}), **reported.get("metadata", {})}
        return {**answer.get("parameters", {}), **answer.get("parameterValues", {})}

    def cache_key(self, pipeline_name: str, driver_parameters: Mapping[str, Any]) -> str:
        """Returns what determines the outputs: the pipeline, the component, its inputs and parameters.

        A parameter that is the path of a file or a folder counts with what is in it now.

        Input artifacts count by identity: a task that ran again made new ones, and what reads them runs
        again.
        """
        reported = {
            key: [artifact.get("metadata", {}) for artifact in listed] for key, listed in self.outputs.items()
        }
        identity = {
            "pipeline": pipeline_name,
            "task": self.task.name,
            "image": self.task.image,
            "command": [*self.task.driver, *self.task.command],
            "outputs": self.task.output_types,
            "inputs": {key: [artifact["name"] for artifact in listed] for key, listed in self.inputs.items()},
            "parameters": self.parameters,
            "contents": {
                key: digest
                for key, value in self.parameters.items()
                if (digest := digest_of(str(value.get("stringValue", ""))))
            },
            "driver": [dict(driver_parameters), reported],
        }
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def written_paths(outputs: Artifacts) -> list[str]:
    """Returns where the component left something; not every output has to be used."""
    uris = [artifact["uri"] for listed in outputs.values() for artifact in listed]
    return [uri for uri in uris if files_of(uri).exists(uri)]


def _lists(artifacts: Artifacts) -> dict[str, Any]:
    return {key: {"artifacts": listed} for key, listed in artifacts.items()}
