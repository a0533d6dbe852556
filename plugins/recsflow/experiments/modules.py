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
from recsflow.handovers import ModulesHandover
from recsflow.log import say
from recsflow.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from include.artifacts.layout import ArtifactLayout
    from include.experiment.resolve.experiment import Experiment

TRAINER_MODULE, TRANSFORM_MODULE = "trainer_module", "transform_module"


def generate_modules(experiment: str, context: Context) -> ModulesHandover:
    """Write the modules under the hash of their content, and a copy of each beside the experiment.

    Two experiments that differ only in hyperparameters have the same modules at the same address, so the
    pipeline re-uses what it computed with them.

    Args:
        experiment: URI of the resolved experiment.
        context: Of the task at hand.
    """
    settings, folder = load_settings(), ExperimentFolder.holding(experiment)
    texts = module_texts(read_experiment(experiment))
    copies = {TRAINER_MODULE: folder.trainer_module, TRANSFORM_MODULE: folder.transform_module}
    for name, text in texts.items():
        storage.write_text(copies[name], text)
        storage.write_text(module_uri(name, text, settings.layout), text)
    ModulesLink.publish(context, settings.artifact_link(folder.trainer_module))
    modules = module_uris(texts, settings.layout)
    for uri in modules.values():
        say("generate_modules", str(uri))
    return modules


def module_texts(experiment: Experiment) -> dict[str, str]:
    """Return the source of each module that an experiment's pipeline runs, by its name."""
    texts = {TRAINER_MODULE: render_trainer_module(experiment)}
    if not experiment.reads_graphs:
        texts[TRANSFORM_MODULE] = render_transform_module(experiment)
    return texts


def module_uri(name: str, text: str, layout: ArtifactLayout) -> str:
    """Return where a module is kept, by the hash of its source."""
    return layout.module(short_hash(text)).source(name)


def module_uris(texts: Mapping[str, str], layout: ArtifactLayout) -> ModulesHandover:
    """Return where each module is kept."""
    uris = {name: module_uri(name, text, layout) for name, text in texts.items()}
    modules = ModulesHandover(trainer_module_uri=uris[TRAINER_MODULE])
    if TRANSFORM_MODULE in uris:
        modules["transform_module_uri"] = uris[TRANSFORM_MODULE]
    return modules
