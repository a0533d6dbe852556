"""The declaration of a multitask model."""

from include.experiment.experiment import Experiment
from include.experiment.models import MultitaskConfig
from include.generators.source_code import Call


def multitask(experiment: Experiment, model: MultitaskConfig) -> Call:
    """Returns `Multitask(...)` with the towers of the experiment's features."""
    raise NotImplementedError(f"{model.type} of {experiment.experiment_id}")
