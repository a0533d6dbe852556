"""What a model of graphs asks of the dataset and the features."""

from collections.abc import Iterator

from include.errors import Problem
from include.experiment.checks.dataset_checks import file_of
from include.experiment.config.dataset_config import DatasetConfig, Role
from include.experiment.config.feature_config import Feature, FeatureConfig, NumericFeature, VocabularyFeature
from include.experiment.config.models import GraphRankingConfig, ModelConfig
from include.experiment.config.models.graph_ranking import GraphTarget

_READABLE = "remove it, or choose a feature config whose candidate side has vocabularies and numbers only"


def check_graph(model: ModelConfig, dataset: DatasetConfig, features: FeatureConfig | None) -> list[Problem]:
    """Return why a model of graphs cannot use the dataset or the features; nothing for other models."""
    if not model.kind.reads_graphs:
        return []
    return [*_roles(model, dataset), *(_features(model, dataset, features) if features else ())]


def _roles(model: ModelConfig, dataset: DatasetConfig) -> Iterator[Problem]:
    remedies = {
        Role.BASKET: "give the column that all rows of one visit share `role: basket`",
        Role.LABEL: "give the column with the money paid `role: label`",
    }
    for role, remedy in remedies.items():
        if dataset.with_role(role) is None:
            received = f"has no column with role {role.value}, which model type {model.type} needs"
            or_else = "or choose a model of another type"
            yield Problem(file_of(dataset), "columns", received, f"{remedy}, {or_else}")


def _features(model: ModelConfig, dataset: DatasetConfig, features: FeatureConfig) -> Iterator[Problem]:
    where = f"features/{features.name}.yaml"
    sums_the_basket = isinstance(model, GraphRankingConfig) and model.target is GraphTarget.BASKET_VALUE
    for index, feature in enumerate(features.query):
        if not _is_primary(feature):
            received = f"is {feature.name!r}, which no graph of model {model.name} has a place for"
            yield Problem(where, f"query[{index}]", received, "remove it; a graph has the customer's id only")
    for index, feature in enumerate(features.candidate):
        field = f"candidate[{index}]"
        if not isinstance(feature, VocabularyFeature | NumericFeature):
            received = f"is of kind {feature.kind!r}, which the nodes of model {model.name} cannot have"
            yield Problem(where, field, received, _READABLE)
        elif isinstance(feature, VocabularyFeature) and feature.separator:
            received = f"is {feature.separator!r}, but a node of model {model.name} has one value of a column"
            yield Problem(where, f"{field}.separator", received, "remove the feature")
        elif sums_the_basket and feature.column == dataset.label:
            received = f"is {feature.column!r}, whose sum is the target of model {model.name}"
            yield Problem(
                where, f"{field}.column", received, "remove the feature, or use target next_visit_value"
            )


def _is_primary(feature: Feature) -> bool:
    return isinstance(feature, VocabularyFeature) and feature.is_primary_id
