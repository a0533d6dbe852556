import pytest

from include.experiment.config.choices import SplitStrategy
from include.experiment.config.models import RetrievalConfig
from include.generators.trainer_module import render_trainer_module
from tests.include.generators.checks import ROOT, complaints, imported_names, undefined_or_unused
from tests.include.generators.experiments import experiment_of, full_experiment, shipped_experiments

pytestmark = pytest.mark.unit


def with_model(**values):
    full = full_experiment()
    model = RetrievalConfig.model_validate({"name": "plain", "type": "retrieval", **values})
    return experiment_of(full.dataset, full.features, model)


def test_module_is_the_golden_one():
    golden = ROOT / "tests/include/generators/golden/trainer_module.py"
    assert render_trainer_module(full_experiment()) == golden.read_text()


def test_shipped_modules_pass_linter_and_formatter():
    for source in {render_trainer_module(experiment) for experiment in shipped_experiments()}:
        assert complaints(source) == ""
        assert undefined_or_unused(source) == set()


def test_layers_are_imported_only_where_they_are_used():
    layers = {"Dense", "Dropout", "LayerNorm"}
    assert imported_names(render_trainer_module(with_model())) & layers == set()
    dropout = render_trainer_module(with_model(query_tower=[{"type": "dropout", "rate": 0.5}]))
    assert imported_names(dropout) & layers == {"Dropout"}


def test_hyperparameters_are_not_in_the_module():
    changed = {
        "epochs": 9,
        "batch_size": 77,
        "learning_rate": 0.003,
        "clipnorm": 2.0,
        "optimizer": {"name": "sgd"},
    }
    assert render_trainer_module(with_model()) == render_trainer_module(with_model(**changed))


def test_ids_are_those_of_the_dataset():
    source = render_trainer_module(full_experiment())
    assert '    customer_id="customer",\n    product_id="sku",\n' in source


def test_a_linear_layer_has_no_activation():
    layers = [{"type": "dense", "units": 8, "activation": "linear"}]
    assert "        layers=[\n            Dense(8),\n        ],\n" in render_trainer_module(
        with_model(query_tower=layers)
    )


@pytest.mark.parametrize(
    ("strategy", "rows"),
    [("time_holdout", "window"), ("strict_time", "eval"), ("random", "eval"), ("custom", "eval")],
)
def test_a_history_is_fitted_to_rows_that_are_held_out_like_the_test_rows(strategy, rows):
    dataset = full_experiment().dataset
    split = dataset.split.model_copy(
        update={"strategy": SplitStrategy(strategy), "eval_ratio": 0.1, "train_ratio": 0.8}
    )
    model = RetrievalConfig.model_validate({"name": "plain", "type": "retrieval", "history": {}})
    source = render_trainer_module(
        experiment_of(dataset.model_copy(update={"split": split}), full_experiment().features, model)
    )
    assert f'fitted_to="{rows}")' in source
