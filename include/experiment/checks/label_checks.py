"""What a model that predicts the label asks of the dataset and the features."""

from collections.abc import Iterator

from include.errors import Problem
from include.experiment.checks.dataset_checks import file_of
from include.experiment.config.dataset_config import DatasetConfig
from include.experiment.config.feature_config import FeatureConfig
from include.experiment.config.models import ModelConfig


def check_label(model: ModelConfig, dataset: DatasetConfig, features: FeatureConfig | None) -> list[Problem]:
    """Return why a model cannot predict the dataset's label; nothing for a model that does not."""
    if not model.kind.learns_label_of_rows:
        return []
    if dataset.label is None:
        received = f"has no column with role label, which model type {model.type} predicts"
        remedy = "give the column to predict `role: label`, or choose a model of type retrieval"
        return [Problem(file_of(dataset), "columns", received, remedy)]
    return list(_leaks(model, dataset.label, features)) if features else []


def _leaks(model: ModelConfig, label: str, features: FeatureConfig) -> Iterator[Problem]:
    """A feature that reads the label tells the model what to predict; at serving it is not known."""
    for tower, listed in features.towers.items():
        for index, feature in enumerate(listed):
            for position, column in enumerate(feature.columns_used):
                if column == label:
                    several = len(feature.columns_used) > 1
                    field = f"{tower}[{index}].{f'columns[{position}]' if several else 'column'}"
                    received = (
                        f"is {label!r}, the label that model {model.name} of type {model.type} predicts"
                    )
                    remedy = "remove the feature, or choose a feature config that does not read the label"
                    yield Problem(f"features/{features.name}.yaml", field, received, remedy)
