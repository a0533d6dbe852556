"""What a compiled pipeline depends on. Everything else about a run is a runtime parameter."""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Any

from recsflow_trainer.pipeline.errors import TopologyError

PIPELINE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,127}")


class TrainerInput(StrEnum):
    """What becomes of the rows before the Trainer reads them."""

    EXAMPLES = "examples"
    GRAPHS = "graphs"


class Accelerator(StrEnum):
    """Hardware of the Trainer, by Vertex AI's own names."""

    CPU = "cpu"
    T4 = "NVIDIA_TESLA_T4"
    L4 = "NVIDIA_L4"
    A100 = "NVIDIA_TESLA_A100"


@dataclass(frozen=True)
class Topology:
    """One compiled pipeline; two runs with equal topologies share a spec.

    Attributes:
        pipeline_name: name of the pipeline in Vertex; the task cache is kept per name.
        trainer_image: container image that runs every component.
        project: Google Cloud project that pays for Beam's BigQuery reads.
        location: region of the jobs.
        trainer_input: whether rows become transformed examples or graphs.
        accelerator: hardware of the Trainer; the other components always run on CPU.
        beam_args: flags of Apache Beam, for example `--runner=DirectRunner`.
    """

    pipeline_name: str
    trainer_image: str
    project: str
    location: str
    trainer_input: TrainerInput = TrainerInput.EXAMPLES
    accelerator: Accelerator = Accelerator.CPU
    beam_args: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, text: str, *, source: str) -> "Topology":
        """Parses and validates a topology.

        Args:
            text: a JSON object with the attributes of this class.
            source: where the text comes from, for error messages.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise TopologyError(f"{source}: not JSON ({error}); write an object with {_names()}.") from error
        if not isinstance(values, dict):
            raise TopologyError(
                f"{source}: {type(values).__name__} at the top; write an object with {_names()}."
            )
        problems = list(_problems(values))
        if problems:
            raise TopologyError("\n".join(f"{source}: {problem}" for problem in problems))
        values["trainer_input"] = TrainerInput(values.get("trainer_input", TrainerInput.EXAMPLES))
        values["accelerator"] = Accelerator(values.get("accelerator", Accelerator.CPU))
        values["beam_args"] = tuple(values.get("beam_args", ()))
        return cls(**values)


def _names() -> str:
    return ", ".join(field.name for field in fields(Topology))


def _problems(values: Mapping[str, Any]) -> list[str]:
    known = {field.name for field in fields(Topology)}
    problems = [f"{key} is not a field; use {_names()}." for key in sorted(set(values) - known)]
    for name in (field.name for field in fields(Topology) if field.default is MISSING):
        value = values.get(name)
        if not isinstance(value, str) or not value:
            problems.append(f"{name} is {value!r}; give a text that is not empty.")
    pipeline = values.get("pipeline_name")
    if isinstance(pipeline, str) and pipeline and not PIPELINE_NAME.fullmatch(pipeline):
        problems.append(f"pipeline_name is {pipeline!r}; use 1 to 128 of a-z, 0-9 and '-', not '-' first.")
    trainer_input = values.get("trainer_input", TrainerInput.EXAMPLES)
    if trainer_input not in list(TrainerInput):
        problems.append(f"trainer_input is {trainer_input!r}; use {' or '.join(TrainerInput)}.")
    accelerator = values.get("accelerator", Accelerator.CPU)
    if accelerator not in list(Accelerator):
        problems.append(f"accelerator is {accelerator!r}; use {', '.join(Accelerator)}.")
    beam_args = values.get("beam_args", [])
    if not isinstance(beam_args, list) or not all(isinstance(flag, str) for flag in beam_args):
        problems.append(f"beam_args is {beam_args!r}; give a list of texts such as '--runner=DirectRunner'.")
    elif any(not flag.startswith("--") for flag in beam_args):
        problems.append(
            f"beam_args is {beam_args!r}; every flag starts with '--' and has its value after '='."
        )
    return problems
