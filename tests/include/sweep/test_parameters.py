import pytest

from include.sweep.parameters import run_parameters, set_by

pytestmark = pytest.mark.unit


def test_a_run_parameter_is_set_by_its_name_and_a_models_field_by_model_options():
    point = {"learning_rate": 0.1, "embedding_dim": 64, "features": "rich"}
    assert run_parameters({"epochs": 3}, point) == {
        "epochs": 3,
        "learning_rate": 0.1,
        "features": "rich",
        "model_options": {"embedding_dim": 64},
    }


def test_a_dot_goes_into_a_mapping_and_leaves_its_other_keys():
    base = {"model_options": {"history": {"epochs": 5}, "normalize": True}}
    point = {"history.window_days": 14, "optimizer_options.epsilon": 0.001}
    assert run_parameters(base, point) == {
        "model_options": {"history": {"epochs": 5, "window_days": 14}, "normalize": True},
        "optimizer_options": {"epsilon": 0.001},
    }


def test_hidden_layers_are_dense_layers_of_both_towers():
    layers = [{"type": "dense", "units": 64}, {"type": "dense", "units": 32}]
    options = run_parameters({}, {"hidden_layers": [64, 32]})["model_options"]
    assert options == {"query_tower": layers, "candidate_tower": layers}


def test_names_are_those_of_an_experiments_sources():
    assert set_by({"learning_rate": 0.1, "history.window_days": 14}) == {"learning_rate", "history"}
