"""The declaration of a graph ranking model."""

from include.experiment.experiment import Experiment
from include.experiment.models import GraphRankingConfig
from include.generators.source_code import Call


def graph_ranking(experiment: Experiment, model: GraphRankingConfig) -> Call:
    """Returns `GraphRanking(...)` with the towers of the experiment's features."""
    raise NotImplementedError(f"{model.type} of {experiment.experiment_id}")
