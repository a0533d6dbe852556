"""Labels of what runs make: people find and bill it by them, and runs and clean-ups find it again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.experiment.resolve.experiment import Experiment

APPLICATION_LABEL, APPLICATION = "application", "recsflow"
DAG_LABEL, EXPERIMENT_LABEL, PARENT_LABEL = "dag", "experiment", "parent"
# The run's among those of its DAG, by which people call it.
NUMBER_LABEL = "number"
DATASET_LABEL, FEATURES_LABEL, MODEL_LABEL = "dataset", "features", "model"
# What a job runs: under which name it is watched, in which image, and from which compiled pipeline.
COMPONENT_LABEL, IMAGE_LABEL, TOPOLOGY_LABEL = "component", "image", "topology"
# A hash of all that determines the result.
INPUTS_LABEL = "inputs"
INPUTS_LENGTH = 20


def run_labels(experiment: Experiment) -> dict[str, str]:
    """Return the labels of what a run of ours makes: whose it is, by which DAG, from which configs."""
    number = {} if experiment.number is None else {NUMBER_LABEL: str(experiment.number)}
    return {
        APPLICATION_LABEL: APPLICATION,
        DAG_LABEL: experiment.dag_id,
        **number,
        DATASET_LABEL: experiment.dataset.name,
        MODEL_LABEL: experiment.model.name,
    }


def inputs_of(text: str) -> str:
    """Return the value of `inputs` for a text that says all that determines the result."""
    return hashlib.sha256(text.encode()).hexdigest()[:INPUTS_LENGTH]
