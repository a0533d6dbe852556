import json
import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest

from include.errors import ConfigError
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.resolver import tables_to_look_up

pytestmark = pytest.mark.unit


def test_experiment_survives_json(configs):
    experiment = configs.resolve(model="one", optimizer_options={"epsilon": 1e-7}, notes='`it\'s`\n"quoted"')
    assert Experiment.from_json(experiment.to_json()) == experiment
    assert json.loads(experiment.to_json())["parameters"]["notes"] == '`it\'s`\n"quoted"'


def test_staged_columns_are_ids_date_and_what_features_read(configs):
    columns = [(c.name, c.bigquery_type, c.staged_type.value) for c in configs.resolve().columns]
    assert columns == [
        ("customer", "STRING", "STRING"),
        ("sku", "INTEGER", "INT64"),
        ("sold_at", "TIMESTAMP", "INT64"),
        ("colour", "STRING", "STRING"),
    ]


def test_product_id_is_taken_from_the_config_whatever_its_name(configs):
    assert configs.resolve().dataset.product_id == "sku"
    assert configs.resolve().dataset.customer_id == "customer"


def test_run_parameters_win_over_the_model_and_sources_say_so(configs):
    experiment = configs.resolve(epochs=9, optimizer="adam", optimizer_options={"beta_1": 0.8})
    training = experiment.training
    assert (training["epochs"], training["learning_rate"], training["batch_size"]) == (9, 0.03, 512)
    assert (training["optimizer"], training["optimizer_options"]) == ("adam", {"beta_1": 0.8})
    assert experiment.model.epochs == 9
    assert experiment.sources["epochs"] == "run parameter"
    assert experiment.sources["learning_rate"] == "models/one.yaml"
    assert experiment.sources["batch_size"] == "default"
    assert experiment.sources["holdout_days"] == "datasets/shop.yaml"


def test_what_the_form_sends_unchanged_is_a_default(configs):
    sources = configs.resolve(sample_percent=25, sample_unit="customer", seed=42).sources
    assert (sources["sample_percent"], sources["seed"]) == ("default", "default")
    assert sources["sample_unit"] == "run parameter"


def test_an_overfit_check_learns_faster_than_the_config_and_is_not_warned_of_it(configs):
    layers = [{"type": "dense", "units": 8}] * 3
    configs.edit("models/one.yaml", lambda model: model.update(query_tower=layers))
    experiment = configs.resolve(overfit_rows=32, epochs=500, learning_rate_factor=10)
    assert experiment.training["learning_rate"] == pytest.approx(0.3)
    assert experiment.model.learning_rate == 0.03
    assert experiment.warnings == ()


@pytest.mark.parametrize("epochs", [505, None])
def test_an_overfit_check_needs_epochs_that_fill_its_lines(configs, epochs):
    with pytest.raises(ConfigError, match=r"multiples of 10 with overfit_rows"):
        configs.resolve(overfit_rows=32, epochs=epochs)


def test_null_and_empty_parameters_mean_as_the_config_says(configs):
    empty = configs.resolve(epochs=None, optimizer="", split_strategy=None, date_column="")
    assert empty == configs.resolve()


def test_options_of_another_optimizer_are_dropped(configs):
    optimizer = {"name": "sgd", "options": {"momentum": 0.9}}
    configs.edit("models/one.yaml", lambda model: model.update(optimizer=optimizer))
    assert configs.resolve().training["optimizer_options"] == {"momentum": 0.9}
    assert configs.resolve(optimizer="adam").training["optimizer_options"] == {}


def test_window_ends_at_midnight_of_the_logical_date(configs):
    evening_in_new_york = datetime(2024, 4, 30, 21, 30, tzinfo=timezone(timedelta(hours=-5)))
    experiment = configs.resolve(window_end=evening_in_new_york)
    assert experiment.window_end == datetime(2024, 5, 1, tzinfo=UTC)
    assert experiment.test_start == datetime(2024, 4, 17, tzinfo=UTC)
    assert experiment.window_start is None


def test_window_ends_where_history_ends(configs):
    configs.edit("datasets/shop.yaml", lambda d: d.update(history_ends="2024-03-01", history_days=60))
    experiment = configs.resolve()
    assert experiment.window_end == datetime(2024, 3, 1, tzinfo=UTC)
    assert experiment.window_start == datetime(2024, 1, 1, tzinfo=UTC)
    earlier = configs.resolve(window_end=datetime(2024, 2, 1, tzinfo=UTC))
    assert earlier.window_end == datetime(2024, 2, 1, tzinfo=UTC)


def test_logical_date_without_time_zone_is_refused(configs):
    with pytest.raises(ValueError, match="time zone"):
        configs.resolve(window_end=datetime(2024, 5, 1))  # noqa: DTZ001


def test_date_column_of_the_run_takes_the_role(configs):
    experiment = configs.resolve(date_column="sold_on")
    assert experiment.dataset.date_column == "sold_on"
    assert experiment.dataset.column("sold_at").role.value == "feature"


def test_strict_time_holds_out_twice(configs):
    experiment = configs.resolve(split_strategy="strict_time", holdout_days=7)
    assert experiment.test_start == datetime(2024, 4, 24, tzinfo=UTC)
    assert experiment.eval_start == datetime(2024, 4, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("strategy", "parameters", "expected"),
    [
        ("random", {"train_ratio": 0.8}, (0.8, 0.1)),
        ("time_holdout", {"train_ratio": 0.9}, (0.9, 0.1)),
        ("custom", {"train_ratio": 0.6, "eval_ratio": 0.3}, (0.6, 0.3)),
    ],
)
def test_eval_ratio_follows_the_strategy(strategy, parameters, expected, configs):
    split = configs.resolve(split_strategy=strategy, **parameters).split
    assert (split.train_ratio, split.eval_ratio) == expected


@pytest.mark.parametrize("where", ["run", "dataset"])
def test_a_plain_split_holds_a_few_train_rows_back_and_says_so(where, configs):
    chosen = {"strategy": "custom", "train_ratio": 0.8, "eval_ratio": 0}
    run = {"split_strategy": "custom", "train_ratio": 0.8, "eval_ratio": 0} if where == "run" else {}
    if where == "dataset":
        configs.edit("datasets/shop.yaml", lambda dataset: dataset.update(split=chosen))
    experiment = configs.resolve(**run)
    split = experiment.split
    # 2 % of 0.8.
    assert (split.train_share, split.eval_share, split.held_back) == (0.784, 0.016, 0.016)
    assert [str(warning) for warning in experiment.warnings] == [
        "[medium] eval_ratio: 0 leaves no rows for eval, which training needs: 2 % of the train rows, 1.6 % "
        "of all, are held back from training as eval; the test split is the whole 20 %. Early stopping and "
        "val_* metrics rest on these few rows. "
        "Recommended: 0.1 where runs are compared by val_* or stop early."
    ]


def test_the_run_asks_for_no_eval_rows_where_the_dataset_has_some(configs):
    split = {"strategy": "custom", "train_ratio": 0.8, "eval_ratio": 0.1}
    configs.edit("datasets/shop.yaml", lambda dataset: dataset.update(split=split))
    assert configs.resolve().split.held_back == 0
    assert configs.resolve(eval_ratio=0).split.eval_share == 0.016


def test_other_strategies_hold_nothing_back(configs):
    for strategy in ("random", "time_holdout", "strict_time"):
        split = configs.resolve(split_strategy=strategy, train_ratio=0.8, eval_ratio=0).split
        assert (split.held_back, split.train_share) == (0, 0.8)


def test_problems_of_parameters_and_of_three_files_come_together(configs):
    configs.edit("datasets/shop.yaml", lambda d: d["columns"].append({"name": "amont"}))
    configs.edit("features/ids.yaml", lambda f: f["query"][0].update(embedding_dim=1))
    configs.edit("models/one.yaml", lambda m: m.update(layers=[]))
    problems = configs.problems(sample_percent=7, epochs=0)
    files = [problem.split(":")[0] for problem in problems]
    assert files == ["run parameters"] * 2 + ["features/ids.yaml", "models/one.yaml", "datasets/shop.yaml"]


def test_problems_survive_a_process_border(configs):
    with pytest.raises(ConfigError) as caught:
        configs.resolve(epochs=0)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.problems == caught.value.problems


def test_path_in_a_config_name_is_refused(configs):
    assert configs.problems(dataset="../datasets/shop") == [
        "run parameters: dataset is '../datasets/shop'; use one of shop, or add datasets/<name>.yaml."
    ]


def test_tables_to_look_up_are_those_of_the_dataset(configs):
    assert tables_to_look_up({"dataset": "shop"}, configs.root) == ["shop.sales", "shop.items"]


def test_tables_to_look_up_leaves_problems_to_resolve(configs):
    assert tables_to_look_up({"dataset": "ship"}, configs.root) == []


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"split_strategy": "custom"}, "run parameters: eval_ratio is missing; give it for split strategy"),
        (
            {"split_strategy": "custom", "eval_ratio": -0.1},
            "run parameters: eval_ratio is -0.1; use at least 0",
        ),
        (
            {"split_strategy": "custom", "train_ratio": 0.9999999, "eval_ratio": 0},
            "run parameters: eval_ratio is 0 beside train_ratio 1, which leaves no test rows; use ratios",
        ),
        (
            {"split_strategy": "custom", "train_ratio": 0.7, "eval_ratio": 0.3},
            "run parameters: eval_ratio is 0.3 beside train_ratio 0.7, which leaves no test rows; use ratios",
        ),
        (
            {"date_column": "colour"},
            "run parameters: date_column is 'colour' of type STRING, which cannot be date; use a column of",
        ),
        ({"date_column": "sku"}, "run parameters: date_column is 'sku', the dataset's product_id; name a"),
        (
            {"date_column": "sold"},
            "run parameters: date_column is 'sold', which datasets/shop.yaml does not declare; did you mean",
        ),
        (
            {"optimizer": "adam", "optimizer_options": {"momentum": 0.9}},
            "run parameters: optimizer_options is {'momentum': 0.9} for adam; remove momentum, since adam",
        ),
    ],
)
def test_parameters_that_do_not_fit_the_configs(parameters, sentence, configs):
    (problem,) = configs.problems(**parameters)
    assert problem.startswith(sentence)


@pytest.mark.parametrize(
    ("strategy", "refused", "accepted"), [("time_holdout", 30, 29), ("strict_time", 15, 14)]
)
def test_holdout_must_leave_train_days_in_the_window(strategy, refused, accepted, configs):
    configs.edit("datasets/shop.yaml", lambda d: d.update(history_days=30))
    (problem,) = configs.problems(split_strategy=strategy, holdout_days=refused)
    assert problem.startswith(f"run parameters: holdout_days is {refused}, but history_days is 30; leave")
    configs.resolve(split_strategy=strategy, holdout_days=accepted)
