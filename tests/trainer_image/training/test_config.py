import json

import pytest

from recsflow_trainer.errors import TrainingConfigError
from recsflow_trainer.examples.history_rows import HistoryFiles
from recsflow_trainer.training.config import as_mapping, parse_config

pytestmark = pytest.mark.tensorflow

TRAINING = {"epochs": 3, "batch_size": 1024, "learning_rate": 0.2, "optimizer": "adagrad", "seed": 1}
CONFIG = {"experiment_id": "x", "metrics_uri": "/tmp/m.json", "training": TRAINING}


def test_a_mapping_and_its_json_are_the_same_config():
    assert parse_config(as_mapping(CONFIG)) == parse_config(as_mapping(json.dumps(CONFIG)))


def test_accelerator_is_cpu_unless_the_config_says_otherwise():
    assert parse_config(CONFIG).accelerator == "cpu"
    assert parse_config({**CONFIG, "accelerator": "NVIDIA_L4"}).accelerator == "NVIDIA_L4"


def test_gradients_are_clipped_unless_the_config_says_otherwise():
    assert parse_config(CONFIG).training.clipnorm == 1.0
    assert parse_config({**CONFIG, "training": {**TRAINING, "clipnorm": None}}).training.clipnorm is None


def test_rows_outside_the_sample_are_read_where_the_config_says_so():
    history = {"uri": "/rows/history", "date": "bought_at", "label": None}
    assert parse_config({**CONFIG, "history": history}).history == HistoryFiles(
        uri="/rows/history", date="bought_at"
    )
    assert parse_config({**CONFIG, "history": None}).history is None
    with pytest.raises(TrainingConfigError, match=r"history\.date is missing; give their column of the date"):
        parse_config({**CONFIG, "history": {"uri": "/rows/history"}})


def test_every_problem_is_named_at_once():
    training = {**TRAINING, "epochs": 0, "learning_rate": "fast", "optimizer": "lion", "momentum": 1}
    del training["seed"]
    with pytest.raises(TrainingConfigError) as raised:
        parse_config({"metrics_uri": "/tmp/m.json", "training": training})
    message = str(raised.value)
    for sentence in (
        "experiment_id is missing",
        "training.epochs is 0; use an integer of 1 or more",
        "training.learning_rate is 'fast'; use a finite number above 0",
        "training.optimizer is 'lion'; use one of: adagrad, adam, adamw, sgd, rmsprop, ftrl",
        "training.momentum is unknown",
        "training.seed is missing",
    ):
        assert sentence in message


@pytest.mark.parametrize("value", [True, 2.5, float("nan"), None, "3"])
def test_epochs_must_be_an_integer(value):
    with pytest.raises(TrainingConfigError, match=r"training\.epochs"):
        parse_config({**CONFIG, "training": {**TRAINING, "epochs": value}})


@pytest.mark.parametrize(
    ("field", "value", "remedy"),
    [
        ("optimizer", ["adam"], "one of: adagrad, adam, adamw, sgd, rmsprop, ftrl"),
        ("optimizer", "adamant", "one of: adagrad, adam, adamw, sgd, rmsprop, ftrl"),
        ("optimizer_options", None, "an object"),
        ("learning_rate", True, "a finite number above 0"),
        ("clipnorm", float("inf"), "a number above 0, or null for no clipping"),
        ("learning_rate_decay", {}, "none or linear"),
    ],
)
def test_a_value_of_another_kind_is_named_with_the_remedy(field, value, remedy):
    with pytest.raises(TrainingConfigError) as raised:
        parse_config({**CONFIG, "training": {**TRAINING, field: value}})
    assert str(raised.value) == (f"trainer_config is wrong:\n- training.{field} is {value!r}; use {remedy}.")


def test_a_section_that_is_no_object_is_refused():
    with pytest.raises(TrainingConfigError, match="training is 'fast'; use an object"):
        parse_config({**CONFIG, "training": "fast"})


@pytest.mark.parametrize("config", [None, "not json", "[1]", 5])
def test_something_else_than_an_object_is_refused(config):
    with pytest.raises(TrainingConfigError, match="trainer_config"):
        as_mapping(config)


@pytest.mark.parametrize(
    ("rows", "least", "batch"),
    [(100_000, 40, 1024), (8_000, 40, 200), (8_000, 1, 1024), (30, 1, 30), (30, 40, 2)],
)
def test_few_rows_are_learned_in_as_many_steps(rows, least, batch):
    training = {**TRAINING, "min_steps_per_epoch": least}
    assert parse_config({**CONFIG, "training": training}).training.batch_rows(rows) == batch
