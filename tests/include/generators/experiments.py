"""Experiments as the generators see them: a dataset, a feature config and a model config."""

from collections.abc import Iterator

from include.configs import list_configs
from include.experiment.checks.graph_checks import check_graph
from include.experiment.checks.label_checks import check_label
from include.experiment.config.dataset_config import DatasetConfig
from include.experiment.config.feature_config import FeatureConfig
from include.experiment.config.loader import load_dataset, load_features, load_model
from include.experiment.config.models import ModelConfig, RetrievalConfig
from include.experiment.config.run_parameters import RunParameters
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.split_plan import split_plan


def experiment_of(dataset: DatasetConfig, features: FeatureConfig, model: ModelConfig) -> Experiment:
    split = split_plan(dataset, RunParameters(), model)
    return Experiment.model_construct(dataset=dataset, features=features, model=model, split=split)


def shipped_experiments() -> Iterator[Experiment]:
    """Every shipped model with every shipped feature config and dataset that it can be used with."""
    for dataset in map(load_dataset, list_configs("datasets")):
        columns = {column.name for column in dataset.columns}
        for features in map(load_features, list_configs("features")):
            used = {
                c for tower in features.towers.values() for feature in tower for c in feature.columns_used
            }
            if used <= columns:
                for model in map(load_model, list_configs("models")):
                    refused = check_label(model, dataset, features) or check_graph(model, dataset, features)
                    if not refused:
                        yield experiment_of(dataset, features, model)


def full_experiment() -> Experiment:
    """Every kind of feature and layer, with defaults and without."""
    return experiment_of(
        DatasetConfig.model_validate(
            {
                "name": "shop",
                "tables": [{"table": "shop.orders", "alias": "orders"}],
                "columns": [
                    {"name": "customer", "role": "customer_id"},
                    {"name": "sku", "role": "product_id"},
                    {"name": "ordered_at", "role": "date"},
                    *(
                        {"name": name}
                        for name in ("age", "price", "weight", "colour", "size", "region", "tags")
                    ),
                ],
            }
        ),
        FeatureConfig.model_validate(
            {
                "name": "everything",
                "query": [
                    {"column": "customer", "kind": "vocabulary", "embedding_dim": 48, "is_primary_id": True},
                    {"column": "ordered_at", "kind": "cyclical", "period": "month_of_year"},
                    {"column": "ordered_at", "name": "hour", "kind": "cyclical", "period": "hour_of_day"},
                    {"column": "age", "kind": "numeric", "scaling": "minmax"},
                    {"columns": ["region", "customer"], "kind": "hashed_cross", "embedding_dim": 6},
                ],
                "candidate": [
                    {
                        "column": "sku",
                        "name": "stock_keeping_unit",
                        "kind": "vocabulary",
                        "embedding_dim": 64,
                        "is_primary_id": True,
                        "oov_buckets": 10,
                        "max_vocabulary": 50000,
                        "min_frequency": 3,
                    },
                    {"column": "tags", "kind": "vocabulary", "embedding_dim": 8, "separator": "|"},
                    {"column": "price", "kind": "bucketized", "buckets": 20, "embedding_dim": 4},
                    {"column": "weight", "name": "weight_log", "kind": "numeric", "scaling": "log"},
                    {
                        "columns": ["colour", "size"],
                        "name": "look",
                        "kind": "hashed_cross",
                        "hash_buckets": 5000,
                        "embedding_dim": 12,
                    },
                ],
            }
        ),
        RetrievalConfig.model_validate(
            {
                "name": "wide",
                "type": "retrieval",
                "query_tower": [
                    {"type": "dense", "units": 128, "activation": "gelu", "l2": 0.0001},
                    {"type": "layer_norm"},
                    {"type": "dropout", "rate": 0.25},
                    {"type": "dense", "units": 64, "activation": "linear"},
                ],
                "embedding_dim": 40,
                "temperature": 0.05,
                "normalize": True,
                "sampling_correction": False,
                "remove_accidental_hits": False,
                "residual": True,
                "loss": "sampled",
                "negatives": 4096,
                "half_life_days": 180,
                "history": {"window_days": 21},
                "factorized_top_k": True,
            }
        ),
    )
