"""The declaration of a ranking model."""

from include.experiment.experiment import Experiment
from include.experiment.models import RankingConfig
from include.generators.source_code import Call


def ranking(experiment: Experiment, model: RankingConfig) -> Call:
    """Returns `Ranking(...)` with the towers of the experiment's features."""
    raise NotImplementedError(f"{model.type} of {experiment.experiment_id}")
