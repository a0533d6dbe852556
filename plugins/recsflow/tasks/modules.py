"""Generate the modules that the pipeline runs."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import get_current_context

from include import storage
from recsflow.links import ModulesLink
from recsflow.progress import say
from recsflow.retries import retries
from recsflow.tasks.decorators import modules_task
from recsflow.tasks.files import read_experiment, sibling

HASH_LENGTH = 12


# Pure text; a retry could only help when the artifact root is away.
@modules_task(**retries(1, timedelta(seconds=30), execution_timeout=timedelta(minutes=5)))
def generate_modules(experiment: str) -> dict[str, str]:
    """Write the modules under the hash of their content, and a copy of each beside the experiment.

    Two experiments that differ only in hyperparameters have the same modules at the same address, so the
    pipeline re-uses what it computed with them.

    Args:
        experiment: URI of the resolved experiment.

    Returns:
        `trainer_module_uri`, and `transform_module_uri` unless the rows become graphs.
    """
    from include.generators.trainer_module import render_trainer_module
    from include.generators.transform_module import render_transform_module
    from recsflow.settings import load_settings

    settings = load_settings()
    resolved = read_experiment(experiment)
    texts = {"trainer_module": render_trainer_module(resolved)}
    if not resolved.reads_graphs:
        texts["transform_module"] = render_transform_module(resolved)
    uris = {
        f"{name}_uri": _keep(name, text, experiment, settings.artifact_root) for name, text in texts.items()
    }
    ModulesLink.publish(
        get_current_context(), settings.artifact_link(sibling(experiment, "trainer_module.py"))
    )
    for uri in uris.values():
        say("generate_modules", uri)
    return uris


def _keep(name: str, text: str, experiment: str, root: str) -> str:
    from include.experiment.identity import content_hash

    storage.write_text(sibling(experiment, f"{name}.py"), text)
    return storage.write_text(f"{root}/modules/{content_hash(text)[:HASH_LENGTH]}/{name}.py", text)
