"""A graph ranking model: one number a graph."""

from typing import Literal

from include.experiment.models.training import TrainedModel


class GraphRankingConfig(TrainedModel):
    """A graph attention network that scores one graph a row."""

    type: Literal["graph_ranking"]
