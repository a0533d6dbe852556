"""One pipeline job, asked for: the pipeline, and everything that differs between runs of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include import storage
from include.generators.graph_options import graph_options
from include.labels import FEATURES_LABEL, IMAGE_LABEL, INPUTS_LABEL, TOPOLOGY_LABEL, inputs_of, run_labels
from recsflow.images.trainer_images import image_label
from recsflow.vertex.requests.topology import Topology

if TYPE_CHECKING:
    from collections.abc import Mapping

    from include.experiment.resolve.experiment import Experiment
    from recsflow.handovers import ExportedRows, ModulesHandover
    from recsflow.settings import Settings

# Where trainer_config says which rows a sample leaves out.
HISTORY = "history"


@dataclass(frozen=True)
class PipelineRequest:
    """What a job is submitted with.

    Attributes:
        parameters: Values of the compiled pipeline's runtime parameters.
        labels: By which people find and bill jobs; `inputs` is a hash of all that determines the result,
            `topology` the key of the compiled pipeline.
        metrics_uri: Where the Trainer reports how training goes.
    """

    experiment_id: str
    topology: Topology
    parameters: dict[str, str]
    labels: dict[str, str]
    metrics_uri: str

    @classmethod
    def of(
        cls, experiment: Experiment, rows: ExportedRows, modules: ModulesHandover, settings: Settings
    ) -> PipelineRequest:
        """Return the request for an experiment.

        Args:
            experiment: The resolved experiment.
            rows: What stage_dataset returns.
            modules: What generate_modules returns.
            settings: Where everything is.
        """
        metrics_uri = _metrics_uri(experiment, settings)
        topology = Topology.of(experiment, settings)
        parameters = runtime_parameters(experiment, rows, modules, settings)
        labels = {
            **run_labels(experiment),
            FEATURES_LABEL: experiment.features.name,
            IMAGE_LABEL: image_label(topology.trainer_image),
            TOPOLOGY_LABEL: topology.key,
            INPUTS_LABEL: _inputs_hash(topology, parameters),
        }
        return cls(experiment.experiment_id, topology, parameters, labels, metrics_uri)


def runtime_parameters(
    experiment: Experiment, rows: ExportedRows | None, modules: ModulesHandover, settings: Settings
) -> dict[str, str]:
    """Return the values of the compiled pipeline's runtime parameters.

    Args:
        experiment: The resolved experiment.
        rows: What stage_dataset returns; None leaves out what depends on it.
        modules: What generate_modules returns.
        settings: Where everything is.
    """
    metrics = storage.local_path(_metrics_uri(experiment, settings))
    return {
        **(_rows(experiment, rows) if rows is not None else {}),
        **{name: storage.local_path(str(uri)) for name, uri in modules.items()},
        "trainer_config": trainer_config(experiment, metrics, rows.get("history_uri") if rows else None),
    }


def _metrics_uri(experiment: Experiment, settings: Settings) -> str:
    return settings.layout.experiment(experiment.experiment_id).metrics


def trainer_config(experiment: Experiment, metrics: str, history_uri: str | None) -> str:
    """Return the runtime parameter `trainer_config`, which the Trainer takes beside its module.

    Args:
        experiment: Its hyperparameters and hardware.
        metrics: Where the Trainer reports.
        history_uri: The rows that a sample leaves out; None where there are none.
    """
    config = {
        "experiment_id": experiment.experiment_id,
        "metrics_uri": metrics,
        "accelerator": experiment.parameters.accelerator.value,
        "training": experiment.training,
        HISTORY: _history(experiment, history_uri),
    }
    if experiment.parameters.overfit_rows is not None:
        config["overfit_check"] = {"rows": experiment.parameters.overfit_rows}
    return json.dumps(config, sort_keys=True)


def _history(experiment: Experiment, uri: str | None) -> dict[str, str | None] | None:
    """Where rows become graphs, the history is in the graphs already."""
    if uri is None or experiment.reads_graphs:
        return None
    dataset = experiment.dataset
    return {"uri": storage.local_path(uri), "date": dataset.date_column, "label": dataset.label}


def _rows(experiment: Experiment, rows: ExportedRows) -> dict[str, str]:
    parameters = {"rows_uri": storage.local_path(rows["rows_uri"])}
    if experiment.reads_graphs:
        parameters["graph_options"] = graph_options(experiment)
    return parameters


def _inputs_hash(topology: Topology, parameters: Mapping[str, str]) -> str:
    text = json.dumps([topology.key, parameters], sort_keys=True)
    return inputs_of(text)
