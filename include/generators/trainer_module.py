"""The module that TFX Trainer runs: what the model is made of."""

from collections.abc import Callable
from pkgutil import resolve_name

from include.experiment.config.models import ModelConfig
from include.experiment.resolve.experiment import Experiment
from include.generators.module import EntryPoint, render_module
from include.generators.source_code import Call

_RUN_FN = EntryPoint(
    function="train",
    api="recsflow_trainer.api.trainer",
    source='''\
def run_fn(fn_args: Any) -> None:
    """Called by TFX Trainer; the hyperparameters are in `fn_args.custom_config`."""
    train(MODEL, fn_args)
''',
)


def render_trainer_module(experiment: Experiment) -> str:
    """Returns the source of an experiment's `trainer_module.py`.

    It holds the topology only; hyperparameters travel to the trainer as run-time values.
    """
    dataset, features, model = experiment.dataset, experiment.features, experiment.model
    return render_module(
        title=f"Model {model.name!r} with feature config {features.name!r} on dataset {dataset.name!r}",
        sources=[
            f"models/{model.name}.yaml",
            f"features/{features.name}.yaml",
            f"datasets/{dataset.name}.yaml",
        ],
        name="MODEL",
        declaration=_declaration(experiment),
        entry_point=_RUN_FN,
    )


def _declaration(experiment: Experiment) -> Call:
    declare: Callable[[Experiment, ModelConfig], Call] = resolve_name(experiment.model.kind.declaration)
    return declare(experiment, experiment.model)
