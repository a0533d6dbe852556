import math

import pytest

from recsflow_trainer.diagnostics.run_verdict import Evidence, judge_run
from recsflow_trainer.metrics_file import Comparison, Diagnosis, Verdict

pytestmark = pytest.mark.tensorflow

HEALTHY = Diagnosis(Verdict.HEALTHY, 3)
MEASURES = {
    "score_std": 1.3,
    "query_spread": 0.8,
    "candidate_spread": 0.9,
    "list_overlap@10": 0.2,
    "told_by_hour": 0.02,
}


def _verdict(comparison=None, epochs=HEALTHY, **measures):
    return judge_run(epochs, Evidence(comparison or {}, {**MEASURES, **measures}))


def test_a_healthy_run_stays_healthy_and_keeps_its_measures():
    diagnosis = _verdict()
    assert (diagnosis.verdict, diagnosis.epoch, diagnosis.evidence) == (Verdict.HEALTHY, 3, [])
    assert diagnosis.measures == MEASURES


@pytest.mark.parametrize("verdict", [Verdict.DIVERGED, Verdict.COLLAPSED, Verdict.DEAD_TOWER])
def test_what_broke_the_training_is_not_renamed(verdict):
    diagnosis = _verdict(epochs=Diagnosis(verdict, 1, ["seen"], "try"), **{"list_overlap@10": 1.0})
    assert (diagnosis.verdict, diagnosis.evidence) == (verdict, ["seen"])
    assert diagnosis.measures["list_overlap@10"] == 1


def test_equal_scores_are_collapsed():
    assert _verdict(score_std=1e-6).verdict is Verdict.COLLAPSED


def test_equal_ratings_are_collapsed_beside_labels_that_differ():
    diagnosis = _verdict(score_std=0.02, label_std=4.0)
    assert diagnosis.verdict is Verdict.COLLAPSED
    assert diagnosis.evidence == ["score std 0.02 is below 1% of the labels' 4"]
    assert _verdict(score_std=0.5, label_std=4.0).verdict is Verdict.HEALTHY


def test_a_tower_without_spread_is_dead():
    diagnosis = _verdict(query_spread=1e-6)
    assert diagnosis.verdict is Verdict.DEAD_TOWER
    assert diagnosis.evidence[0].startswith("query gives all rows the same output")


def test_the_same_list_for_everybody_is_an_echo():
    diagnosis = _verdict(**{"list_overlap@10": 0.93, "popular_overlap@10": 0.8, "coverage@10": 0.001})
    assert diagnosis.verdict is Verdict.POPULARITY_ECHO
    assert "93% in common" in diagnosis.evidence[0]
    assert "80% of a list" in diagnosis.evidence[1]


def test_a_feature_that_tells_the_product_is_suspected():
    diagnosis = _verdict(told_by_next_product=0.97)
    assert diagnosis.verdict is Verdict.SUSPECTED_LEAKAGE
    assert diagnosis.evidence == ["next_product alone tells 97% of the test rows' products"]


def test_recall_far_above_every_baseline_is_suspected():
    too_good = {"recall@10": Comparison(0.9, "repeat_purchases", 0.112, True)}
    assert _verdict(too_good).verdict is Verdict.SUSPECTED_LEAKAGE
    easy = {"recall@10": Comparison(0.9, "repeat_purchases", 0.7, True)}
    assert _verdict(easy).verdict is Verdict.HEALTHY
    good = {"recall@10": Comparison(0.13, "repeat_purchases", 0.112, True)}
    assert _verdict(good).verdict is Verdict.HEALTHY


def test_an_error_near_zero_is_suspected():
    assert (
        _verdict({"rmse": Comparison(0.01, "product_mean", 3.0, True)}).verdict is Verdict.SUSPECTED_LEAKAGE
    )
    assert _verdict({"rmse": Comparison(1.0, "product_mean", 3.0, True)}).verdict is Verdict.HEALTHY


BASELINES = {"popularity": {"recall@100": 0.2}, "repeat_purchases": {"recall@100": 0.3}}


def _against_baselines(value, baselines=BASELINES, metric="recall@100"):
    comparison = {metric: Comparison(value, "repeat_purchases", 0.3, value > 0.3)}
    return judge_run(HEALTHY, Evidence(comparison, MEASURES, metric, baselines))


def test_a_model_that_loses_to_every_baseline_is_not_healthy():
    diagnosis = _against_baselines(0.19)
    assert diagnosis.verdict is Verdict.BELOW_BASELINES
    assert diagnosis.evidence == [
        "recall@100 0.1900 is worse than that of every baseline: popularity 0.2000, repeat_purchases 0.3000"
    ]
    assert diagnosis.suggestion


def test_a_model_between_the_baselines_is_healthy_and_warned_about_elsewhere():
    assert _against_baselines(0.25).verdict is Verdict.HEALTHY
    assert _against_baselines(0.2).verdict is Verdict.HEALTHY


def test_an_error_above_that_of_every_baseline_is_not_healthy():
    baselines = {"global_mean": {"rmse": 1.1}, "product_mean": {"rmse": 0.9}}
    assert _against_baselines(1.2, baselines, "rmse").verdict is Verdict.BELOW_BASELINES
    assert _against_baselines(1.0, baselines, "rmse").verdict is Verdict.HEALTHY


def test_measures_that_are_no_numbers_say_nothing():
    broken = dict.fromkeys(MEASURES, math.nan)
    assert judge_run(HEALTHY, Evidence({}, broken)).verdict is Verdict.HEALTHY
    assert judge_run(HEALTHY, Evidence({}, {})).verdict is Verdict.HEALTHY
