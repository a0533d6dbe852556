import json

import pytest

from include.tracking.errors import InvalidMetricsFile
from include.tracking.training_metrics import Verdict, parse_training_metrics, read_training_metrics
from tests.include.tracking.conftest import CONTRACT

pytestmark = pytest.mark.unit


def test_the_trainers_own_example_is_read():
    metrics = read_training_metrics(f"file://{CONTRACT}")

    assert metrics.test["recall@10"] == 0.08
    assert metrics.baselines["popularity"]["recall@10"] == 0.045
    assert metrics.comparison["recall@10"].best_baseline == "repeat_purchases"
    assert not metrics.comparison["recall@10"].better
    assert metrics.diagnosis.verdict is Verdict.HEALTHY
    assert metrics.diagnosis.measures["score_std"] == 1.5
    assert [epoch.epoch for epoch in metrics.epochs] == [1, 2]
    assert len(metrics.epochs[0].towers["query"].gradient.histogram.counts) == 25


def test_the_result_of_an_overfit_check_is_read(document):
    document["overfit"] = json.loads((CONTRACT.parent / "overfit_v2.json").read_text())

    overfit = parse_training_metrics(json.dumps(document)).overfit

    assert not overfit.passed
    assert [criterion.value for criterion in overfit.criteria] == [0.03125, None]
    assert (overfit.red_flags[0].name, overfit.red_flags[0].look_at) == ("wrong_sign", "loss")


def test_a_file_of_a_trainer_that_told_less_is_read(document):
    for field in ("early_stopping", "headline", "cold"):
        del document[field]

    metrics = parse_training_metrics(json.dumps(document))

    assert (metrics.early_stopping, metrics.headline, metrics.cold) == (None, None, {})
    assert metrics.model_epoch == metrics.epochs[-1]


def test_the_models_epoch_is_the_one_that_early_stopping_restored(metrics):
    assert [epoch.epoch for epoch in metrics.epochs] == [1, 2]
    assert metrics.model_epoch.epoch == 1


def test_a_run_that_never_trained_has_no_metrics(tmp_path):
    assert read_training_metrics(f"file://{tmp_path}/training_metrics.json") is None


def test_a_number_that_was_not_finite_is_none(document):
    document["epochs"][0]["metrics"]["loss"] = None

    assert parse_training_metrics(json.dumps(document)).epochs[0].metrics["loss"] is None


def test_every_departure_from_the_schema_is_named(document):
    del document["rows"]["test"]
    document["surprise"] = 1
    document["schema_version"] = 1

    with pytest.raises(InvalidMetricsFile) as error:
        parse_training_metrics(json.dumps(document), where="gs://bucket/training_metrics.json")

    said = str(error.value)
    assert said.startswith("gs://bucket/training_metrics.json: ")
    for field in ("rows.test", "surprise", "schema_version"):
        assert f"{field}: " in said


def test_half_a_file_is_an_error():
    with pytest.raises(InvalidMetricsFile, match="Invalid JSON"):
        parse_training_metrics('{"schema_version": 2')
