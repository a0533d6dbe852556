"""One custom job, asked for: the command that trains on what an earlier Trainer read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recsflow.jobs import INPUTS_LABEL
from recsflow.pipeline_parameters import trainer_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from include.experiment.experiment import Experiment
    from recsflow.settings import Settings

COMMAND = ("python", "-m", "recsflow_trainer.training.rerun")
PARENT_LABEL = "parent"


@dataclass(frozen=True)
class TrainerMachine:
    """The machine of a trainer on Vertex AI; no accelerator is an empty text."""

    machine_type: str
    accelerator: str = ""


# The machine that a pipeline's Trainer gets without further asking, and those that carry one accelerator.
CPU_MACHINE = TrainerMachine("e2-standard-4")
MACHINE_TYPES = {
    "NVIDIA_TESLA_T4": "n1-standard-8",
    "NVIDIA_L4": "g2-standard-8",
    "NVIDIA_TESLA_A100": "a2-highgpu-1g",
}


@dataclass(frozen=True)
class TrainerRequest:
    """What a custom job is submitted with.

    Attributes:
        arguments: Of the container's command.
        machine: What it runs on.
        labels: By which people find and bill jobs; `inputs` is a hash of all that determines the result.
        metrics_uri: Where the Trainer reports how training goes.
    """

    experiment_id: str
    arguments: tuple[str, ...]
    machine: TrainerMachine
    labels: dict[str, str]
    metrics_uri: str
    command: tuple[str, ...] = COMMAND

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        rerun: Mapping[str, str],
        modules: Mapping[str, str],
        settings: Settings,
    ) -> TrainerRequest:
        """Return the request for a rerun.

        Args:
            experiment: The rerun's resolved experiment.
            rerun: What resolve_rerun returns: `examples`, and `transform_graph` unless they are graphs.
            modules: What generate_modules returns; only `trainer_module_uri` is used.
            settings: Where everything is.
        """
        from include import storage

        folder = settings.experiment_folder(experiment.experiment_id)
        metrics_uri = f"{folder}/training_metrics.json"
        options = {
            "--trainer-module": storage.local_path(modules["trainer_module_uri"]),
            "--examples": rerun["examples"],
            **({"--transform-graph": rerun["transform_graph"]} if "transform_graph" in rerun else {}),
            "--serving-model-dir": storage.local_path(f"{folder}/model"),
            "--trainer-config": trainer_config(experiment, storage.local_path(metrics_uri)),
        }
        arguments = tuple(word for option in options.items() for word in option)
        labels = {
            "application": "recsflow",
            "dag": experiment.dag_id,
            "dataset": experiment.dataset.name,
            "features": experiment.features.name,
            "model": experiment.model.name,
            PARENT_LABEL: experiment.parent_experiment_id or "",
            INPUTS_LABEL: _inputs_hash(settings.trainer_image, arguments),
        }
        machine = _machine(experiment.parameters.accelerator.value)
        return cls(experiment.experiment_id, arguments, machine, labels, metrics_uri)


def _machine(accelerator: str) -> TrainerMachine:
    if accelerator == "cpu":
        return CPU_MACHINE
    return TrainerMachine(MACHINE_TYPES[accelerator], accelerator)


def _inputs_hash(image: str, arguments: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps([image, arguments]).encode()).hexdigest()[:20]
