"""A graph ranking model: one number a graph, such as what the next visit will be worth."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from include.experiment.config.base import Frozen
from include.experiment.config.models.layers import Layer, count_dense
from include.experiment.config.models.model_type import ModelType
from include.experiment.config.models.rating import (
    AbsoluteErrorLoss,
    HuberLoss,
    LabelTransform,
    PairwiseLoss,
    SquaredErrorLoss,
)
from include.experiment.config.models.training import TrainedModel
from include.metrics.metric import Task


class GraphTarget(StrEnum):
    """What is predicted of a visit: the sum of the label over its rows, or over those of the next one."""

    BASKET_VALUE = "basket_value"
    NEXT_VISIT_VALUE = "next_visit_value"


class Pooling(StrEnum):
    """How the nodes of a graph become one vector."""

    MEAN = "mean"
    MAX = "max"
    SUM = "sum"


class AttentionLayer(Frozen):
    """A layer of graph attention; its output has `units` numbers a head.

    Attributes:
        units: Width of each head.
        heads: Number of heads.
        dropout: Share of the attention weights that is dropped while training.
    """

    units: int = Field(ge=1, le=1024)
    heads: int = Field(default=4, ge=1, le=64)
    dropout: float = Field(default=0.0, ge=0, lt=1)


GraphLoss = Annotated[
    SquaredErrorLoss | AbsoluteErrorLoss | HuberLoss | PairwiseLoss, Field(discriminator="type")
]


class GraphRankingConfig(TrainedModel):
    """A graph attention network that scores one graph a row: the basket of a visit.

    Attributes:
        target: What is predicted.
        target_transform: What the model learns in place of the target; what is served and measured is in
            the target's own units.
        loss: What is made small.
        neighbors: Edges into a product, from those that it is bought with most often.
        history: Whether a product also carries what the customer's earlier visits were like.
        layers: Attention layers from input to output.
        pooling: How nodes become one vector; several stand side by side.
        score_head: Hidden layers of the head; a linear layer to one number follows them.
    """

    kind: ClassVar[ModelType] = ModelType(
        name="graph_ranking",
        tasks=frozenset({Task.GRAPH_RATING}),
        judged_by="rmse",
        learns_label=True,
        reads_graphs=True,
        declaration="include.generators.declarations.graph_ranking:graph_ranking",
    )
    type: Literal["graph_ranking"]
    target: GraphTarget = GraphTarget.NEXT_VISIT_VALUE
    target_transform: LabelTransform = LabelTransform.ZSCORE
    loss: GraphLoss = SquaredErrorLoss(type="mse")
    neighbors: int = Field(default=8, ge=1, le=256)
    history: bool = True
    layers: tuple[AttentionLayer, ...] = Field(min_length=1)
    pooling: tuple[Pooling, ...] = Field(default=(Pooling.MEAN, Pooling.MAX), min_length=1)
    score_head: tuple[Layer, ...] = ()

    @property
    def dense_layers(self) -> int:
        """Dense layers written for the score head."""
        return count_dense(self.score_head)
