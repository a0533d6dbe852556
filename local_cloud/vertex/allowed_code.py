"""Which code a job may run: components of TFX, the trainer's own modules, and modules that were generated.

Vertex AI runs what a container holds, in a project that is billed to whoever may submit. This server runs
jobs as the user whose machine it is, so it takes the commands that the product submits and no others.
"""

import os
from collections.abc import Sequence

from local_cloud.vertex.artifacts import is_place, location
from local_cloud.vertex.errors import InvalidArgumentError, UnimplementedError

CUSTOM_JOBS = frozenset({"recsflow_trainer.scoring", "recsflow_trainer.training.rerun"})
COMPONENTS = frozenset(
    {
        "tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor",
        "tfx.orchestration.kubeflow.v2.file_based_example_gen.driver",
    }
)
EXECUTOR_OPTION = "--executor_class_path"
EXECUTORS = ("tfx.components.", "tfx.extensions.google_cloud_big_query.", "recsflow_trainer.")
MODULE_OPTION = "--trainer-module"
# Names under which TFX's components take code.
CODE_PARAMETERS = frozenset({"module_file", "module_path", "preprocessing_fn", "run_fn"})


def check_command(command: Sequence[str], modules: frozenset[str], place: str) -> None:
    """Refuses a command that is not `python -m` one of these modules."""
    if tuple(command[:2]) != ("python", "-m") or len(command) < 3 or command[2] not in modules:
        raise UnimplementedError(
            f"{place} is {list(command[:3])}; the local server runs ['python', '-m', module], the module "
            f"being {' or '.join(sorted(modules))}."
        )


def check_executor(command: Sequence[str], place: str) -> None:
    """Refuses a component whose executor is neither of TFX's components nor of the trainer's library."""
    for executor in option_values(command, EXECUTOR_OPTION):
        if not executor.startswith(EXECUTORS):
            raise UnimplementedError(
                f"{place} has {EXECUTOR_OPTION} {executor}; the local server runs executors of TFX's "
                "components and of recsflow_trainer."
            )


def check_module(uri: str, artifact_root: str, place: str) -> None:
    """Refuses a module that lies elsewhere than where generated modules are kept."""
    folder, path = f"{location(artifact_root)}/modules", location(uri)
    if path.startswith("/"):
        folder, path = (os.path.realpath(each) for each in (folder, path))
    if not is_place(path) or not path.startswith(f"{folder}/"):
        raise InvalidArgumentError(
            f"{place} is {uri!r}; the local server runs generated modules, which are below {folder}."
        )


def option_values(command: Sequence[str], option: str) -> list[str]:
    """Returns each value of an option: `--option value`, `--option=value`, or with the name shortened."""
    values = []
    for word, following in zip(command, (*command[1:], ""), strict=True):
        name, equals, value = word.partition("=")
        # argparse takes the beginning of a name for the name.
        if len(name) > len("--") and option.startswith(name):
            values.append(value if equals else following)
    return values
