"""The modules that an experiment's pipeline runs, each kept under the hash of its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include import storage
from include.artifacts.experiment import ExperimentFolder
from include.experiment.resolve.identity import short_hash
from include.generators.trainer_module import render_trainer_module
from include.generators.transform_module import render_transform_module
from recsflow.experiments.files import read_experiment
from recsflow.extensions.links import ModulesLink
from recsflow.log import say
from recsflow.settings import load_settings

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.artifacts.layout import ArtifactLayout
    from include.experiment.resolve.experiment import Experiment


def generate_modules(experiment: str, context: Context) -> dict[str, str]:
    """Write the modules under the hash of their content, and a copy of each beside the experiment.

    Two experiments that differ only in hyperparameters have the same modules at the same address, so the
    pipeline re-uses what it computed with them.

    Args:
        experiment: URI of the resolved experiment.
        context: Of the task at hand.

    Returns:
        `trainer_module_uri`, and `transform_module_uri` unless the rows become graphs.
    """
    settings, folder = load_settings(), ExperimentFolder.holding(experiment)
    texts = module_texts(read_experiment(experiment))
    copies = {"trainer_module": folder.trainer_module, "transform_module": folder.transform_module}
    uris = {}
    for name, text in texts.items():
        storage.write_text(copies[name], text)
        uris[f"{name}_uri"] = storage.write_text(module_uri(name, text, settings.layout), text)
    ModulesLink.publish(context, settings.artifact_link(folder.trainer_module))
    for uri in uris.values():
        say("generate_modules", uri)
    return uris


def module_texts(experiment: Experiment) -> dict[str, str]:
    """Return the source of each module that an experiment's pipeline runs, by its name."""
    texts = {"trainer_module": render_trainer_module(experiment)}
    if not experiment.reads_graphs:
        texts["transform_module"] = render_transform_module(experiment)
    return texts


def module_uri(name: str, text: str, layout: ArtifactLayout) -> str:
    """Return where a module is kept, by the hash of its source."""
    return layout.module(short_hash(text)).source(name)
