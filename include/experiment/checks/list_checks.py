"""What must hold where a row may have several values of a feature."""

from collections.abc import Iterator

from include.errors import Problem
from include.experiment.checks.schema_checks import column_type
from include.experiment.config.column_types import LISTS, TableSchemas, base_type
from include.experiment.config.dataset_config import DatasetConfig
from include.experiment.config.feature_config import FeatureConfig, VocabularyFeature


def check_lists(features: FeatureConfig) -> Iterator[Problem]:
    """Yield what is wrong with the separators of a feature config by itself."""
    where = f"features/{features.name}.yaml"
    for field, feature in _vocabularies(features):
        if feature.separator and feature.is_primary_id:
            received = f"is {feature.separator!r} on the primary id"
            yield Problem(where, f"{field}.separator", received, "remove it, since a row has one id")
        if not feature.separator and "max_values" in feature.model_fields_set:
            received = f"is {feature.max_values} on a vocabulary without a separator"
            yield Problem(where, f"{field}.max_values", received, "give the separator too, or remove it")


def check_separators(
    features: FeatureConfig, dataset: DatasetConfig, schemas: TableSchemas
) -> Iterator[Problem]:
    """Yield where two features would have one array joined in two ways: it is staged once."""
    first: dict[str, tuple[str, str]] = {}
    for field, feature in _vocabularies(features):
        reported = column_type(dataset, feature.column, schemas)
        if not feature.separator or reported is None or base_type(reported) not in LISTS:
            continue
        other, separator = first.setdefault(feature.column, (field, feature.separator))
        if separator != feature.separator:
            received = f"is {feature.separator!r}, but {other} joins {feature.column} by {separator!r}"
            where = f"features/{features.name}.yaml"
            yield Problem(where, f"{field}.separator", received, "use one separator for both")


def separator_of(features: FeatureConfig, column: str) -> str | None:
    """Return what stands between the values of a column, by the first feature that says it."""
    found = (each.separator for _, each in _vocabularies(features) if each.column == column)
    return next(filter(None, found), None)


def _vocabularies(features: FeatureConfig) -> Iterator[tuple[str, VocabularyFeature]]:
    for tower, listed in features.towers.items():
        for index, feature in enumerate(listed):
            if isinstance(feature, VocabularyFeature):
                yield f"{tower}[{index}]", feature
