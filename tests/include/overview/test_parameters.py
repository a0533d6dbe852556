import pytest

from include.overview.parameters import Source, parameters_of
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def parameters(**chosen):
    return {each.name: each for each in parameters_of(resolved(**chosen))}


def test_a_value_is_the_runs_the_configs_or_nobodys():
    found = parameters(epochs=3, model="history", features="assortment")
    assert (found["epochs"].value, found["epochs"].source) == (3, Source.RUN)
    assert (found["learning_rate"].source, found["learning_rate"].where) == (
        Source.CONFIG,
        "models/history.yaml",
    )
    assert (found["clipnorm"].value, found["clipnorm"].source) == (1.0, Source.DEFAULT)


def test_a_models_own_fields_are_there_one_by_one_whoever_said_them():
    found = parameters(model="history", features="assortment", model_options={"embedding_dim": 64})
    assert (found["embedding_dim"].value, found["embedding_dim"].source) == (64, Source.RUN)
    assert (found["history.window_days"].section, found["history.window_days"].source) == (
        "Model",
        Source.CONFIG,
    )
    assert "model_options" not in found


def test_options_of_the_optimizer_say_whose_they_are():
    found = parameters(optimizer="adagrad", optimizer_options={"initial_accumulator_value": 0.2})
    option = found["optimizer_options.initial_accumulator_value"]
    assert (option.value, option.source) == (0.2, Source.RUN)


def test_what_has_no_value_is_left_out():
    assert {"notes", "source_as_of", "overfit_rows"}.isdisjoint(parameters())
