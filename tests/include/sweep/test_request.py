import pytest

from include.errors import ConfigError
from include.sweep.request import resumed_plan
from tests.include.sweep.sweeps import DIMS, RATE, SPACE, planned

pytestmark = pytest.mark.unit


def problems(**form):
    with pytest.raises(ConfigError) as refused:
        planned(**form)
    return [str(problem) for problem in refused.value.problems]


def searched(**dimensions):
    return problems(search_space=dimensions)


@pytest.fixture
def root(tmp_path):
    """A config folder with one sweep of the shipped configs."""
    from include.configs import config_root

    for kind in ("datasets", "features", "models"):
        (tmp_path / kind).symlink_to(config_root() / kind)
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "small.yaml").write_text(
        "{dataset: complete_journey, features: basic, model: shallow, trials: 5, metric: recall@10,\n"
        " parameters: {sample_percent: 5, epochs: 2},\n"
        " space: {learning_rate: {type: log_uniform, low: 0.03, high: 0.5}}}\n"
    )
    return tmp_path


def test_an_empty_field_is_as_the_sweep_says_and_a_full_one_as_the_form(root):
    form = {"search_space": None, "features": None, "model": None, "trials": None, "sweep": "small"}
    plan = planned(root=root, **{**form, "epochs": 4})
    assert (plan.name, plan.trials, plan.metric, plan.parallel_trials) == ("small", 5, "recall@10", 2)
    shared = {"features": "basic", "model": "shallow", "sample_percent": 5, "epochs": 4, "seed": 42}
    assert plan.parameters == {"dataset": "complete_journey", **shared}
    assert list(plan.space) == ["learning_rate"]


def test_a_space_of_the_form_replaces_the_sweeps_and_has_no_name(root):
    plan = planned(root=root, sweep="small", search_space={"embedding_dim": DIMS}, trials=2)
    assert (plan.name, list(plan.space), plan.metric) == ("", ["embedding_dim"], "recall@10")


def test_without_a_space_nothing_can_be_searched():
    (problem,) = problems(search_space=None)
    assert problem.startswith("run parameters: search_space is missing; write one such as {")


def test_a_value_that_no_run_takes_is_told_by_its_place_in_the_space(root):
    assert searched(learning_rate={**RATE, "high": 50}) == [
        "run parameters: search_space.learning_rate.high is 50.0; use more than 0 and at most 10."
    ]
    (root / "sweeps" / "small.yaml").write_text(
        "{dataset: complete_journey, features: basic, model: shallow,\n"
        " space: {embedding_dim: {type: integer, low: 1, high: 64}}}\n"
    )
    assert problems(root=root, sweep="small", search_space=None) == [
        "sweeps/small.yaml: space.embedding_dim.low is 1; use at least 2 and at most 1024, as "
        "models/shallow.yaml needs it."
    ]


def test_a_field_has_to_be_one_of_every_model_that_trials_may_have():
    models = {"type": "categorical", "choices": ["shallow", "ranking"]}
    said = searched(model=models, half_life_days={"type": "uniform", "low": 30, "high": 90})
    assert len(said) == 1
    assert "search_space.half_life_days is neither a run parameter to search nor a field of" in said[0]
    assert "models/ranking.yaml (ranking)" in said[0]


def test_an_unknown_dimension_is_told_with_the_nearest_one():
    (problem,) = searched(learning_rat=RATE)
    assert "did you mean 'learning_rate'?" in problem


def test_a_whole_number_is_searched_by_integers():
    assert searched(epochs={"type": "uniform", "low": 2, "high": 9}) == [
        "run parameters: search_space.epochs.type is 'uniform'; use integer, since it takes whole numbers."
    ]


def test_configs_are_searched_by_their_names():
    (problem,) = searched(features={"type": "categorical", "choices": ["basic", "ritch"]})
    assert problem.startswith(
        "run parameters: search_space.features.choices[1] is 'ritch'; did you mean 'rich'?"
    )
    (problem,) = searched(model={"type": "uniform", "low": 1, "high": 2})
    assert problem.endswith("search_space.model has type uniform; use type categorical with names of models.")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "dataset",
            "holdout_days",
            "split_strategy",
            "source_as_of",
            "seed",
            "accelerator",
            "model_options",
        ),
        *("overfit_rows", "learning_rate_factor"),
    ],
)
def test_what_would_make_trials_incomparable_cannot_be_searched(name):
    (problem,) = searched(**{name: {"type": "categorical", "choices": ["a", "b"]}})
    assert problem.startswith(f"run parameters: search_space.{name} cannot be searched; take it out")


def test_hidden_layers_are_lists_of_widths():
    assert planned(
        search_space={"hidden_layers": {"type": "categorical", "choices": [[], [64, 32]]}}, trials=2
    )
    (problem,) = searched(hidden_layers={"type": "categorical", "choices": [[], 64]})
    assert problem.endswith("choices[1] is 64; use a list of widths, such as [64, 32].")


def test_more_trials_than_points_are_refused():
    assert problems(search_space={"embedding_dim": DIMS}) == [
        "run parameters: search_space has 2 combinations, fewer than the 8 trials; use at most 2 trials, or "
        "a larger space."
    ]


def test_a_parameter_is_searched_or_fixed_but_not_both():
    assert problems(learning_rate=0.1) == [
        "run parameters: learning_rate is 0.1; leave it empty, since the sweep searches for it."
    ]


def test_the_metric_is_the_models_usual_one_or_one_that_it_has():
    assert planned().metric == "headline"
    assert planned(model="ranking", features="catalogue").metric == "rmse"
    (problem,) = problems(metric="rmse")
    assert problem.startswith("run parameters: metric is 'rmse'; use one of headline, recall@5")


def test_models_judged_by_different_metrics_need_one_that_they_share():
    models = {"type": "categorical", "choices": ["shallow", "ranking"]}
    (problem,) = problems(search_space={"model": models}, trials=2)
    assert problem == "run parameters: metric is missing; add one that all these models have: val_loss."


def test_a_sweep_goes_on_as_it_began_with_more_trials_or_more_at_once():
    plan = planned()
    form = {"resume": "sweep-1", "sweep": "history", "trials": 12, "parallel_trials": 4}
    assert resumed_plan(form, plan) == plan.model_copy(update={"trials": 12, "parallel_trials": 4})
    assert resumed_plan({"resume": "sweep-1"}, plan) == plan


def test_a_sweep_that_goes_on_takes_nothing_else():
    with pytest.raises(ConfigError) as refused:
        resumed_plan({"resume": "sweep-1", "epochs": 3, "search_space": SPACE}, planned())
    fields = [problem.field for problem in refused.value.problems]
    assert fields == ["search_space", "epochs"]
    assert "epochs is 3 beside resume; leave it empty" in str(refused.value)
