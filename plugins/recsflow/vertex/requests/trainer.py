"""The custom job of a rerun: the command that trains on what an earlier Trainer read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include import storage
from include.labels import FEATURES_LABEL, PARENT_LABEL
from recsflow.vertex.jobs import TRAINER
from recsflow.vertex.requests.container import ContainerRequest, job_labels
from recsflow.vertex.requests.pipeline import trainer_config

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment
    from recsflow.handovers import ModulesHandover, RerunHandover
    from recsflow.settings import Settings

COMMAND = ("python", "-m", "recsflow_trainer.training.rerun")


def trainer_request(
    experiment: Experiment, rerun: RerunHandover, modules: ModulesHandover, settings: Settings
) -> ContainerRequest:
    """Return the request for a rerun.

    Args:
        experiment: The rerun's resolved experiment.
        rerun: What resolve_rerun returns.
        modules: What generate_modules returns; only `trainer_module_uri` is used.
        settings: Where everything is.
    """
    folder = settings.layout.experiment(experiment.experiment_id)
    options = {
        "--trainer-module": storage.local_path(modules["trainer_module_uri"]),
        "--examples": rerun["examples"],
        **({"--transform-graph": rerun["transform_graph"]} if "transform_graph" in rerun else {}),
        "--serving-model-dir": storage.local_path(folder.model),
        "--trainer-config": trainer_config(
            experiment, storage.local_path(folder.metrics), rerun.get("history_uri")
        ),
    }
    arguments = tuple(word for option in options.items() for word in option)
    accelerator = experiment.parameters.accelerator
    labels = {
        **job_labels(experiment, TRAINER, settings.image_for(accelerator), arguments),
        FEATURES_LABEL: experiment.features.name,
        PARENT_LABEL: experiment.parent_experiment_id or "",
    }
    return ContainerRequest(experiment.experiment_id, COMMAND, arguments, folder.metrics, accelerator, labels)
