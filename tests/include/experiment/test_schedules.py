import json

import pytest

from include.errors import ConfigError
from include.experiment.config.models import MODEL_TYPES
from include.experiment.config.schedule_loader import load_schedule

pytestmark = pytest.mark.unit

NIGHTLY = """
schedule: "0 2 * * *"
dataset: shop
features: ids
model: one
parameters: {learning_rate: 0.02, optimizer: adam}
"""


@pytest.fixture
def nightly(configs):
    (configs.root / "schedules").mkdir()
    (configs.root / "schedules/nightly.yaml").write_text(NIGHTLY)
    return configs


def sentences(configs, name="nightly"):
    with pytest.raises(ConfigError) as caught:
        load_schedule(name, configs.root)
    return [str(problem) for problem in caught.value.problems]


def test_a_schedule_says_what_its_runs_are_triggered_with(nightly):
    assert load_schedule("nightly", nightly.root).run_parameters() == {
        "dataset": "shop",
        "features": "ids",
        "model": "one",
        "sample_percent": 100,
        "learning_rate": 0.02,
        "optimizer": "adam",
    }


def test_a_schedule_may_train_on_a_sample(nightly):
    nightly.edit("schedules/nightly.yaml", lambda file: file.update(parameters={"sample_percent": 25}))
    assert load_schedule("nightly", nightly.root).run_parameters()["sample_percent"] == 25


def test_the_run_knows_which_values_the_schedule_gave_and_which_a_person(nightly):
    scheduled = load_schedule("nightly", nightly.root).run_parameters()
    experiment = nightly.resolve(schedule="nightly", **{**scheduled, "learning_rate": 0.05, "epochs": 3})
    assert experiment.schedule == "nightly"
    assert experiment.training["learning_rate"] == 0.05
    assert {name: experiment.sources[name] for name in ("learning_rate", "epochs", "optimizer", "seed")} == {
        "learning_rate": "run parameter",
        "epochs": "run parameter",
        "optimizer": "schedules/nightly.yaml",
        "seed": "default",
    }
    assert experiment.sources["sample_percent"] == "schedules/nightly.yaml"
    assert experiment.sources["holdout_days"] == "datasets/shop.yaml"


def test_a_run_of_a_schedule_that_is_gone_says_so(nightly):
    problems = nightly.problems(schedule="hourly")
    assert problems == [
        "run parameters: schedule is 'hourly'; use one of nightly, or add schedules/<name>.yaml."
    ]


def test_every_mistake_is_named_with_file_field_value_and_remedy(nightly):
    changes = {"model": "two", "features": "id", "schedule": "0 2 * *"}
    nightly.edit("schedules/nightly.yaml", lambda file: file.update(changes))
    assert sentences(nightly) == [
        "schedules/nightly.yaml: features is 'id'; did you mean 'ids'? Otherwise use one of ids, "
        "or add features/<name>.yaml.",
        "schedules/nightly.yaml: model is 'two'; use one of one, or add models/<name>.yaml.",
        "schedules/nightly.yaml: schedule is '0 2 * *'; use a cron expression such as '0 5 * * 1', "
        "or one of @daily, @weekly, @monthly.",
    ]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"learning_rate": 20}, "parameters.learning_rate is 20; use more than 0 and at most 10."),
        ({"epoch": 3}, "parameters.epoch is not a known key; did you mean 'epochs'?"),
        ({"overfit_rows": 32}, "parameters.overfit_rows is not a known key"),
        ({"dataset": "shop"}, "parameters.dataset is not a known key"),
        ({"sample_percent": 50}, "parameters.sample_percent is 50; did you mean '5'? Otherwise use one of"),
    ],
)
def test_parameters_are_checked_before_any_run(nightly, parameters, sentence):
    nightly.edit("schedules/nightly.yaml", lambda file: file.update(parameters=parameters))
    (problem,) = sentences(nightly)
    assert problem.startswith(f"schedules/nightly.yaml: {sentence}")


def test_a_schedule_says_by_what_its_champions_are_chosen(nightly):
    retrieval = MODEL_TYPES["retrieval"]
    promotion = load_schedule("nightly", nightly.root).promotion
    assert promotion.metric_for(retrieval) == "recall@100"
    assert promotion.metric_for(retrieval, "unbought_recall@100") == "unbought_recall@100"
    rule = {"metric": "recall@10", "margin": 0.02}
    nightly.edit("schedules/nightly.yaml", lambda file: file.update(promotion=rule))
    promotion = load_schedule("nightly", nightly.root).promotion
    assert promotion.metric_for(retrieval, "unbought_recall@100") == "recall@10"
    assert promotion.margin == 0.02


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            {"metric": "recal@10"},
            "promotion.metric is 'recal@10', which models of type retrieval are not compared by; did you "
            "mean 'recall@10'? Otherwise use one of recall@100, recall@5, recall@10, recall@50, "
            "unbought_recall@5, unbought_recall@10, unbought_recall@50, unbought_recall@100.",
        ),
        ({"margin": 1.5}, "promotion.margin is 1.5; use at least 0 and less than 1."),
        ({"margins": 0.1}, "promotion.margins is not a known key; did you mean 'margin'? Otherwise"),
    ],
)
def test_a_mistake_in_the_promotion_rule_is_named(nightly, rule, sentence):
    nightly.edit("schedules/nightly.yaml", lambda file: file.update(promotion=rule))
    (found,) = sentences(nightly)
    assert found.startswith(f"schedules/nightly.yaml: {sentence}")


def follow_sweep(configs, dataset):
    space = {"learning_rate": {"type": "log_uniform", "low": 0.01, "high": 0.5}}
    (configs.root / "sweeps").mkdir(exist_ok=True)
    sweep = {"dataset": dataset, "features": "ids", "model": "one", "space": space}
    (configs.root / "sweeps/rates.yaml").write_text(json.dumps(sweep))
    configs.edit("schedules/nightly.yaml", lambda file: file.update(sweep="rates"))


def test_a_schedule_may_follow_a_sweep_on_its_own_dataset(nightly):
    follow_sweep(nightly, "shop")
    assert load_schedule("nightly", nightly.root).sweep == "rates"


def test_a_sweep_on_another_dataset_is_refused(nightly):
    (nightly.root / "datasets/market.yaml").write_text((nightly.root / "datasets/shop.yaml").read_text())
    follow_sweep(nightly, "market")
    assert sentences(nightly) == [
        "schedules/nightly.yaml: sweep is 'rates', which searches on dataset 'market'; name a sweep on "
        "'shop', or remove the key."
    ]


def test_a_sweep_that_does_not_exist_is_told_with_those_there_are(nightly):
    follow_sweep(nightly, "shop")
    nightly.edit("schedules/nightly.yaml", lambda file: file.update(sweep="rate"))
    (sentence,) = sentences(nightly)
    assert sentence.startswith("schedules/nightly.yaml: sweep is 'rate'; did you mean 'rates'?")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"schedule": None},
            "schedule is missing; use a cron expression such as '0 5 * * 1', or one of @daily, @weekly, "
            "@monthly, or name assets.",
        ),
        (
            {"assets": ["x-shop://sales", "shop.sales"]},
            "assets[1] is 'shop.sales'; use a URI such as bigquery://project/dataset/table or "
            "x-shop://transactions.",
        ),
        (
            {"assets": ["bigquery://shop/sales"]},
            "assets[0] is 'bigquery://shop/sales'; use a URI such as bigquery://project/dataset/table or "
            "x-shop://transactions.",
        ),
    ],
)
def test_what_starts_a_run_is_a_clock_or_assets_that_airflow_takes(nightly, change, sentence):
    nightly.edit("schedules/nightly.yaml", lambda file: file.update(change))
    assert sentences(nightly) == [f"schedules/nightly.yaml: {sentence}"]


def test_assets_alone_may_start_a_run(nightly):
    change = {"schedule": None, "assets": ["bigquery://project/shop/sales"]}
    nightly.edit("schedules/nightly.yaml", lambda file: file.update(change))
    loaded = load_schedule("nightly", nightly.root)
    assert (loaded.schedule, loaded.assets) == (None, ("bigquery://project/shop/sales",))


def test_a_person_who_asks_a_scheduled_run_for_a_default_is_its_source(nightly):
    options = {"parameters": {"model_options": {"learning_rate_decay": 0.5}}}
    nightly.edit("schedules/nightly.yaml", lambda file: file.update(options))
    scheduled = load_schedule("nightly", nightly.root).run_parameters()
    changed = {**scheduled, "sample_percent": 25, "model_options": None}
    experiment = nightly.resolve(schedule="nightly", **changed)
    assert experiment.sources["sample_percent"] == "run parameter"
    assert experiment.sources["learning_rate_decay"] == "default"


def test_a_run_on_another_dataset_than_its_champion_knows_is_refused(nightly):
    problems = nightly.problems(schedule="nightly", dataset="museum", features="ids", model="one")
    assert any(
        "dataset is 'museum'; use 'shop', as schedules/nightly.yaml says, or another DAG" in problem
        for problem in problems
    ), problems


def push(configs, **values):
    configs.edit("schedules/nightly.yaml", lambda file: file.update(push=values))


def test_a_schedule_pushes_nowhere_unless_it_says_so(nightly):
    assert load_schedule("nightly", nightly.root).push is None


def test_a_schedule_may_name_the_endpoint_and_its_machines(nightly):
    push(nightly, endpoint="shop-home", machine_type="e2-standard-2", min_replicas=2, max_replicas=5)
    config = load_schedule("nightly", nightly.root).push
    assert (config.endpoint, config.machine_type) == ("shop-home", "e2-standard-2")
    assert (config.min_replicas, config.most_replicas) == (2, 5)


def test_there_are_as_many_replicas_as_are_always_wanted_unless_it_says_more(nightly):
    push(nightly, endpoint="shop-home", min_replicas=3)
    assert load_schedule("nightly", nightly.root).push.most_replicas == 3


def test_a_push_without_an_endpoint_goes_to_the_model_registry_only(nightly):
    push(nightly)
    assert load_schedule("nightly", nightly.root).push.endpoint is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"endpoint": "shop home"},
            "push.endpoint is 'shop home'; begin with a letter and use up to 128 letters, digits, hyphens "
            "and underscores.",
        ),
        ({"endpoint": ""}, "push.endpoint is ''; begin with a letter and"),
        ({"endpoint": 7}, "push.endpoint is 7; use text."),
        (
            {"endpoint": "shop", "machine_type": "big"},
            "push.machine_type is 'big'; name a machine type of Compute Engine, such as n1-standard-4.",
        ),
        ({"endpoint": "shop", "min_replicas": 0}, "push.min_replicas is 0; use at least 1."),
        ({"endpoint": "shop", "max_replicas": 1.5}, "push.max_replicas is 1.5; use a whole number."),
        (
            {"endpoint": "shop", "min_replicas": 3, "max_replicas": 2},
            "push.max_replicas is 2; use at least 3, which is min_replicas.",
        ),
        ({"end_point": "shop"}, "push.end_point is not a known key; did you mean 'endpoint'? Otherwise"),
        (
            {"machine_type": "n1-standard-4"},
            "push.machine_type is 'n1-standard-4'; name the endpoint that it is for, or remove the key.",
        ),
    ],
)
def test_a_mistake_in_where_the_champion_goes_is_named(nightly, values, sentence):
    push(nightly, **values)
    (found,) = sentences(nightly)
    assert found.startswith(f"schedules/nightly.yaml: {sentence}")


def test_a_push_is_a_mapping(nightly):
    nightly.edit("schedules/nightly.yaml", lambda file: file.update(push=True))
    assert sentences(nightly) == ["schedules/nightly.yaml: push is True; use a mapping of keys to values."]
