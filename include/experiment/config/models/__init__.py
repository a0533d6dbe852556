"""Model configs, one file a type: what is written in `models/<name>.yaml`."""

from typing import Annotated

from pydantic import Field

from include.experiment.config.models.graph_ranking import GraphRankingConfig
from include.experiment.config.models.multitask import MultitaskConfig
from include.experiment.config.models.ranking import RankingConfig
from include.experiment.config.models.retrieval import RetrievalConfig
from include.experiment.config.models.training import (
    LearningRateDecay,
    OptimizerConfig,
)

ModelConfig = Annotated[
    RetrievalConfig | RankingConfig | MultitaskConfig | GraphRankingConfig, Field(discriminator="type")
]

__all__ = [
    "GraphRankingConfig",
    "LearningRateDecay",
    "ModelConfig",
    "MultitaskConfig",
    "OptimizerConfig",
    "RankingConfig",
    "RetrievalConfig",
]
