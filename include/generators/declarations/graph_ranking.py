"""The declaration of a graph ranking model."""

from include.experiment.config.models import GraphRankingConfig
from include.experiment.config.models.graph_ranking import AttentionLayer
from include.experiment.resolve.experiment import Experiment
from include.generators.declarations.rating import loss_call
from include.generators.declarations.towers import layer_list
from include.generators.source_code import Call, Expression, Items


def graph_ranking(experiment: Experiment, model: GraphRankingConfig) -> Call:
    """Returns `GraphRanking(...)`; what the graphs are made of is no part of it."""
    return Call(
        "GraphRanking",
        keywords={
            "layers": Items([_layer(layer) for layer in model.layers], spread=True),
            "pooling": Items([pooling.value for pooling in model.pooling]),
            "score_head": layer_list(model.score_head),
            "loss": loss_call(model.loss),
            "transform": model.target_transform.value,
        },
    )


def _layer(layer: AttentionLayer) -> Call:
    keywords: dict[str, Expression] = {"heads": layer.heads}
    if layer.dropout:
        keywords["dropout"] = layer.dropout
    return Call("GraphAttention", [layer.units], keywords)
