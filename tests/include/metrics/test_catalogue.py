"""What the catalogue says, and that a metric which it has is taken by all who ask."""

from dataclasses import replace

import pytest

from include.backtest.report import conclusions
from include.backtest.run import backtest_runs
from include.experiment.config.models import MODEL_TYPES
from include.experiment.config.promotion_rule import PromotionRule
from include.experiment.config.schedule_loader import load_schedule
from include.metrics.catalogue import METRICS, UnknownMetric, metric
from include.metrics.metric import Direction, Metric, Task
from include.sweep.objective import judge
from include.sweep.report import winner_lines
from include.sweep.winner import best_trial, winner_of
from tests.include.backtest.test_backtest import run
from tests.include.promotion.test_gate import CANDIDATE, CHAMPION, ask
from tests.include.sweep.sweeps import LOGICAL_DATE, planned, trial

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("model_type", "promoting", "searched"),
    [
        (
            "retrieval",
            "recall@100 recall@5 recall@10 recall@50 unbought_recall@5 unbought_recall@10 unbought_recall@50 "
            "unbought_recall@100",
            "headline recall@5 recall@10 recall@50 recall@100 repeat_recall@5 repeat_recall@10 "
            "repeat_recall@50 repeat_recall@100 novel_recall@5 novel_recall@10 novel_recall@50 "
            "novel_recall@100 unbought_recall@5 unbought_recall@10 unbought_recall@50 unbought_recall@100 "
            "val_recall@10 val_loss",
        ),
        (
            "ranking",
            "rmse mae pairwise_accuracy spearman",
            "rmse mae pairwise_accuracy spearman val_rmse val_loss",
        ),
        (
            "graph_ranking",
            "rmse mae pairwise_accuracy spearman pairwise_accuracy_all spearman_all",
            "rmse mae pairwise_accuracy spearman pairwise_accuracy_all spearman_all val_rmse val_loss",
        ),
    ],
)
def test_a_model_type_has_the_metrics_of_what_it_does(model_type, promoting, searched):
    assert MODEL_TYPES[model_type].promoting_metrics == promoting.split()
    assert MODEL_TYPES[model_type].searched_metrics == searched.split()


def test_equal_is_never_better_and_a_mean_error_has_no_good_side():
    pairs = [(0.4, 0.5), (0.5, 0.5), (0.5, 0.4)]
    assert [metric("rmse").is_better(*pair) for pair in pairs] == [True, False, False]
    assert [metric("recall@10").is_better(*pair) for pair in pairs] == [False, False, True]
    assert [metric("mean_error").is_better(*pair) for pair in pairs] == [False, False, False]
    assert (metric("mae").best([3, 1, 2]), metric("spearman").best([3, 1, 2])) == (1, 3)
    assert metric("mae").best([]) is None
    assert metric("mean_error").best([1]) is None


def test_a_name_that_it_does_not_have_is_refused_rather_than_taken_for_good_when_large():
    with pytest.raises(UnknownMetric, match=r"'rsme' is not in include/metrics, .* did you mean 'rmse'\?"):
        metric("rsme")


@pytest.fixture
def missed(monkeypatch):
    """A metric that nothing but its record knows."""
    record = Metric(
        name="missed@10",
        title="Missed at 10",
        help="Share of the test rows whose product is not among the 10 best.",
        direction=Direction.MINIMIZE,
        tasks=frozenset({Task.RETRIEVAL}),
        promotes=True,
        is_searched=True,
    )
    monkeypatch.setitem(METRICS, record.name, record)
    return record.name


def test_a_schedule_may_be_judged_by_a_new_metric_and_its_gate_knows_what_is_better(missed, configs):
    (configs.root / "schedules").mkdir()
    (configs.root / "schedules" / "nightly.yaml").write_text(
        f"{{schedule: '@daily', dataset: shop, features: ids, model: one, promotion: {{metric: '{missed}'}}}}"
    )
    assert load_schedule("nightly", configs.root).promotion.metric == missed

    better = replace(CANDIDATE, metric=missed, served=0.6, trained=0.6, baseline_value=0.7)
    assert ask(better, replace(CHAMPION, served=0.65), PromotionRule(metric=missed)).promote
    assert not ask(better, replace(CHAMPION, served=0.59), PromotionRule(metric=missed)).promote


def test_a_sweep_may_go_by_a_new_metric(missed, metrics_with):
    plan = planned(metric=missed)
    assert plan.direction is Direction.MINIMIZE
    trials = [trial(plan, 0, 0.7), trial(plan, 1, 0.3), trial(plan, 2, 0.5)]
    best = best_trial(plan, trials)
    assert best.number == 1
    winner = winner_of(plan, best, chosen_before=LOGICAL_DATE, now=LOGICAL_DATE)
    # The baseline of these trials is 0.2, and 0.3 is worse.
    assert any("not even the best trial beats the best baseline" in line for line in winner_lines(winner))
    assert judge(metrics_with(test={missed: 0.25}), missed, "").value == 0.25


def test_a_backtest_shows_a_new_metric_and_counts_what_is_better(missed):
    numbers = {"test_missed_at_10": 0.4, "popularity_missed_at_10": 0.6, "repeat_purchases_missed_at_10": 0.5}
    assert conclusions(backtest_runs([run(6, None, **numbers)], missed)) == [
        "In missed@10, the model beats the best baseline on 1 of 1 dates."
    ]
