"""One custom job, asked for: a command of the trainer image, and what it runs on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.experiment.config.accelerators import Accelerator
from include.labels import COMPONENT_LABEL, IMAGE_LABEL, INPUTS_LABEL, inputs_of, run_labels
from recsflow.images.trainer_images import image_label

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment


@dataclass(frozen=True)
class ContainerRequest:
    """What a custom job is submitted with.

    Attributes:
        experiment_id: The experiment that it belongs to.
        command: Of the container.
        arguments: Of the command.
        report_uri: Where the command reports how it goes, and why it failed.
        accelerator: What it runs on.
        labels: By which people find and bill jobs; `inputs` is a hash of all that determines the result.
    """

    experiment_id: str
    command: tuple[str, ...]
    arguments: tuple[str, ...]
    report_uri: str
    accelerator: Accelerator
    labels: dict[str, str]


def job_labels(
    experiment: Experiment, component: str, image: str, arguments: tuple[str, ...]
) -> dict[str, str]:
    """Return the labels that every custom job has.

    Args:
        experiment: That it belongs to.
        component: Name under which the job is watched.
        image: The container image.
        arguments: Of the command.
    """
    return {
        **run_labels(experiment),
        COMPONENT_LABEL: component,
        IMAGE_LABEL: image_label(image),
        INPUTS_LABEL: inputs_of(json.dumps([image, arguments])),
    }
