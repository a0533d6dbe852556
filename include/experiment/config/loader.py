"""Loads the three configs of an experiment."""

from pathlib import Path

from include.experiment.config.config_file import load
from include.experiment.config.dataset_config import DatasetConfig
from include.experiment.config.feature_config import FeatureConfig
from include.experiment.config.models import ModelConfig


def load_dataset(name: str, root: Path | None = None) -> DatasetConfig:
    """Return the dataset config `datasets/<name>.yaml`; raise ConfigError with all its problems."""
    config: DatasetConfig = load("datasets", name, DatasetConfig, root)
    return config


def load_features(name: str, root: Path | None = None) -> FeatureConfig:
    """Return the feature config `features/<name>.yaml`; raise ConfigError with all its problems."""
    config: FeatureConfig = load("features", name, FeatureConfig, root)
    return config


def load_model(name: str, root: Path | None = None) -> ModelConfig:
    """Return the model config `models/<name>.yaml`; raise ConfigError with all its problems."""
    config: ModelConfig = load("models", name, ModelConfig, root)
    return config
