import math

import pytest

from include.metrics.catalogue import METRICS
from include.metrics.metric import Direction, Split
from recsflow_trainer.baselines.comparison import LOWER_IS_BETTER, NOT_COMPARED, compare, not_better
from recsflow_trainer.metrics_file import Comparison

pytestmark = pytest.mark.tensorflow


def test_names_the_best_baseline_of_each_metric():
    baselines = {
        "popularity": {"recall@5": 0.2, "recall@10": 0.3},
        "repeat": {"recall@5": 0.1, "recall@10": 0.4},
    }
    assert compare({"recall@5": 0.25, "recall@10": 0.35}, baselines) == {
        "recall@5": Comparison(0.25, "popularity", 0.2, True),
        "recall@10": Comparison(0.35, "repeat", 0.4, False),
    }


@pytest.mark.parametrize("metric", ["rmse", "mae"])
def test_errors_are_better_when_they_are_smaller(metric):
    baselines = {"global_mean": {metric: 3.0}, "product_mean": {metric: 2.0}}
    assert compare({metric: 1.5}, baselines)[metric] == Comparison(1.5, "product_mean", 2.0, True)
    assert not compare({metric: 2.5}, baselines)[metric].better


def test_the_orchestrators_catalogue_has_the_same_direction_for_every_metric_of_the_test_rows():
    of_test_rows = [each for each in METRICS.values() if Split.TEST in each.splits]
    assert {each.name for each in of_test_rows if each.direction is Direction.MINIMIZE} == LOWER_IS_BETTER
    assert {each.name for each in of_test_rows if each.direction is None} == NOT_COMPARED


def test_as_good_as_the_baseline_is_not_better():
    assert not compare({"spearman": 0.5}, {"product_mean": {"spearman": 0.5}})["spearman"].better


def test_what_no_baseline_has_is_left_out():
    assert compare({"loss": 1.0, "recall@5": 0.1}, {"popularity": {"recall@5": math.nan}}) == {}


def test_a_broken_model_is_never_better():
    assert not compare({"rmse": math.nan}, {"global_mean": {"rmse": 9.0}})["rmse"].better


def test_what_is_not_better_is_listed_by_baseline():
    baselines = {
        "popularity": {"recall@5": 0.2, "recall@10": 0.3},
        "repeat": {"recall@5": 0.1, "recall@10": 0.4},
    }
    assert not_better(compare({"recall@5": 0.1, "recall@10": 0.4}, baselines)) == {
        "popularity": ["recall@5"],
        "repeat": ["recall@10"],
    }
    assert not_better(compare({"recall@5": 0.3, "recall@10": 0.5}, baselines)) == {}
