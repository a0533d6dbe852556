import pytest
from pydantic import TypeAdapter

from include.experiment.config.loader import load_dataset, load_features
from include.experiment.config.models import ModelConfig
from include.generators.trainer_module import render_trainer_module
from tests.include.generators.checks import ROOT, complaints, undefined_or_unused
from tests.include.generators.experiments import experiment_of

pytestmark = pytest.mark.unit

MODEL = {
    "name": "visits",
    "type": "graph_ranking",
    "layers": [{"units": 32, "heads": 4}, {"units": 16, "heads": 2, "dropout": 0.1}],
    "pooling": ["mean", "max", "sum"],
    "score_head": [{"type": "dense", "units": 64, "activation": "relu"}, {"type": "layer_norm"}],
    "loss": {"type": "huber", "delta": 0.5},
}


def test_module_is_the_golden_one():
    model = TypeAdapter(ModelConfig).validate_python(MODEL)
    source = render_trainer_module(
        experiment_of(load_dataset("complete_journey"), load_features("basket"), model)
    )
    golden = ROOT / "tests/include/generators/golden/graph_ranking_module.py"
    assert source == golden.read_text()
    assert complaints(source) == ""
    assert undefined_or_unused(source) == set()
