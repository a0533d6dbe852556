"""Model configs, one file a type: what is written in `models/<name>.yaml`."""

from typing import Annotated, get_args

from pydantic import Field

from include.experiment.config.models.graph_ranking import GraphRankingConfig
from include.experiment.config.models.model_type import ModelType
from include.experiment.config.models.multitask import MultitaskConfig
from include.experiment.config.models.ranking import RankingConfig
from include.experiment.config.models.retrieval import RetrievalConfig
from include.experiment.config.models.training import (
    LearningRateDecay,
    OptimizerConfig,
)

# A new type is registered here, and nowhere else.
AnyModel = RetrievalConfig | RankingConfig | MultitaskConfig | GraphRankingConfig
ModelConfig = Annotated[AnyModel, Field(discriminator="type")]
MODEL_TYPES: dict[str, ModelType] = {config.kind.name: config.kind for config in get_args(AnyModel)}

__all__ = [
    "MODEL_TYPES",
    "GraphRankingConfig",
    "LearningRateDecay",
    "ModelConfig",
    "ModelType",
    "MultitaskConfig",
    "OptimizerConfig",
    "RankingConfig",
    "RetrievalConfig",
]
