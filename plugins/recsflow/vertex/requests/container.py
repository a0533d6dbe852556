"""One custom job, asked for: a command of the trainer image, and what it runs on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from include.experiment.config.accelerators import Accelerator
from recsflow.images.trainer_images import image_label
from recsflow.vertex.jobs import COMPONENT_LABEL, IMAGE_LABEL, INPUTS_LABEL


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


def job_labels(component: str, image: str, arguments: tuple[str, ...], **others: str) -> dict[str, str]:
    """Return the labels that every custom job has, and some others.

    Args:
        component: Name under which the job is watched.
        image: The container image.
        arguments: Of the command.
        others: Labels of this kind of job.
    """
    inputs = hashlib.sha256(json.dumps([image, arguments]).encode()).hexdigest()[:20]
    return {
        "application": "recsflow",
        **others,
        COMPONENT_LABEL: component,
        IMAGE_LABEL: image_label(image),
        INPUTS_LABEL: inputs,
    }
