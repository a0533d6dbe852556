"""The pipeline's options for making graphs of rows."""

import json
from typing import Any

from include.experiment.config.dataset_config import Role
from include.experiment.config.feature_config import NumericFeature, Scaling, VocabularyFeature
from include.experiment.config.models import GraphRankingConfig
from include.experiment.resolve.experiment import Experiment


def graph_options(experiment: Experiment) -> str:
    """Return the options as JSON text; equal graphs have equal texts.

    Numbers travel as they are or as logarithms: the model brings every column to one scale by itself.

    Args:
        experiment: One with a graph ranking model.
    """
    dataset, model = experiment.dataset, experiment.model
    basket = dataset.with_role(Role.BASKET)
    if not isinstance(model, GraphRankingConfig) or basket is None:
        raise TypeError(f"{experiment.experiment_id} has model type {model.type}, which reads no graphs.")
    options = {
        "customer": dataset.customer_id,
        "product": dataset.product_id,
        "basket": basket.name,
        "date": dataset.date_column,
        "value": dataset.label,
        "target": model.target.value,
        "neighbors": model.neighbors,
        "history": model.history,
        "nodes": _nodes(experiment),
    }
    return json.dumps(options, sort_keys=True)


def _nodes(experiment: Experiment) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    for feature in experiment.features.candidate:
        match feature:
            case VocabularyFeature(is_primary_id=False):
                node: dict[str, Any] = {"column": feature.column, "encoding": "one_hot"}
                if feature.max_vocabulary:
                    node["max_values"] = feature.max_vocabulary
                nodes.append(node)
            case NumericFeature():
                encoding = "log" if feature.scaling is Scaling.LOG else "none"
                nodes.append({"column": feature.column, "encoding": encoding})
    return nodes
