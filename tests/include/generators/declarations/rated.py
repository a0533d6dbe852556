"""An experiment whose model has a rating head."""

from typing import Any

from pydantic import TypeAdapter

from include.experiment.config.loader import load_dataset, load_features
from include.experiment.config.models import ModelConfig
from include.experiment.resolve.experiment import Experiment
from tests.include.generators.experiments import experiment_of


def rated_experiment(**model: Any) -> Experiment:
    """Ids alone on the sample data, with every option of the head that has a say in the module."""
    values = {
        "name": "spending",
        "query_tower": [{"type": "dense", "units": 64}],
        "rating_head": [
            {"type": "dense", "units": 64, "activation": "gelu"},
            {"type": "layer_norm"},
            {"type": "dropout", "rate": 0.2},
        ],
        **model,
    }
    parsed: ModelConfig = TypeAdapter(ModelConfig).validate_python(values)
    return experiment_of(load_dataset("complete_journey"), load_features("basic"), parsed)
