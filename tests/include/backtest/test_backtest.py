"""What a person reads after a backfill."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from include.backtest.report import conclusions, render_html, render_text, title_of
from include.backtest.run import backtest_runs, compared_by
from include.backtest.series import spreads
from include.backtest.summary import over_best_baseline, over_champion
from include.experiment.config.models import MODEL_TYPES
from include.experiment.config.promotion_rule import PromotionRule
from include.tracking.search import RecordedExperiment

pytestmark = pytest.mark.unit

RETRIEVAL = MODEL_TYPES["retrieval"]
PNG = "data:image/png;base64,iVBORw0KGgo"


def run(day, model, *, champion=None, saw=False, status="succeeded", started=1, **metrics):
    """A recorded run whose rows end on a day of November."""
    values = {
        "test_recall_at_100": model,
        "popularity_recall_at_100": 0.20,
        "repeat_purchases_recall_at_100": 0.25,
        "popularity_novel_recall_at_100": 0.9,
        "best_baseline_recall_at_100": 0.25,
        "champion_recall_at_100": champion,
        **metrics,
    }
    tags = {"recsflow.champion_version": "3", "recsflow.champion_saw_test_rows": str(saw).lower()}
    return RecordedExperiment(
        run_id=f"run-{day}-{started}",
        mlflow_experiment_id="1",
        experiment_id=f"experiment-{day}-{started}",
        dataset="shop",
        features="ids",
        model="one",
        status=status,
        verdict="healthy",
        job_id="job",
        parent_experiment_id="",
        started_at=datetime(2018, 1, started, tzinfo=UTC),
        params={
            "window_end": f"2017-11-{day:02}T00:00:00+00:00",
            "holdout_days": "7",
            "split_strategy": "time_holdout",
        },
        metrics={name: value for name, value in values.items() if value is not None},
        tags=tags if champion is not None else {},
    )


def test_the_newest_runs_headline_decides_what_all_dates_are_compared_by():
    recorded = [replace(run(20, 0.3), tags={}), replace(run(6, 0.2), tags={"recsflow.headline": "recall@5"})]
    assert compared_by(PromotionRule(), RETRIEVAL, recorded) == "recall@5"
    assert compared_by(PromotionRule(), RETRIEVAL, recorded[:1]) == "recall@100"
    assert compared_by(PromotionRule(metric="recall@10"), RETRIEVAL, recorded) == "recall@10"


@pytest.fixture
def four():
    """Four dates, recorded in another order, with a champion that saw the rows of the first two."""
    return backtest_runs(
        [
            run(20, 0.30, champion=0.29),
            run(6, 0.24, champion=0.40, saw=True),
            run(27, 0.32, champion=0.33),
            run(13, 0.28, champion=0.41, saw=True),
        ],
        "recall@100",
    )


def test_dates_are_in_order_and_the_newest_run_of_a_date_counts():
    found = backtest_runs([run(13, 0.31, started=3), run(6, 0.2), run(13, 0.9, started=2)], "recall@100")
    assert [(each.until, each.model) for each in found] == [
        (date(2017, 11, 6), 0.2),
        (date(2017, 11, 13), 0.31),
    ]


def test_each_side_is_that_of_the_metric_and_no_other(four):
    assert four[0].baselines == {"popularity": 0.20, "repeat_purchases": 0.25}
    assert four[0].best_baseline == 0.25
    assert four[0].days == 7


def test_wins_count_dates_and_leave_out_a_champion_that_saw_the_rows(four):
    assert str(over_best_baseline(four)) == "3 of 4"
    assert str(over_champion(four)) == "1 of 2"


def test_spread_is_that_of_a_sample(four):
    found = spreads(four)
    assert found["model"].mean == pytest.approx(0.285)
    assert found["model"].deviation == pytest.approx(0.0341565)
    assert (found["model"].lowest, found["model"].highest) == (0.24, 0.32)
    assert found["champion"].mean == pytest.approx(0.31)


def test_of_an_error_the_smaller_one_wins():
    errors = {"test_rmse": 2.0, "global_mean_rmse": 2.2, "customer_mean_rmse": 1.9}
    (found,) = backtest_runs([run(6, None, **errors)], "rmse")
    assert found.best_baseline == 1.9
    assert not found.beats(found.best_baseline)


def test_the_table_has_a_line_a_date_and_what_they_say_together(four):
    assert render_text("backtest of weekly", four) == (
        "backtest of weekly\n"
        "until           model  popularity  repeat_purchases  champion  verdict\n"
        "2017-11-06     0.2400      0.2000            0.2500   *0.4000  healthy\n"
        "2017-11-13     0.2800      0.2000            0.2500   *0.4100  healthy\n"
        "2017-11-20     0.3000      0.2000            0.2500    0.2900  healthy\n"
        "2017-11-27     0.3200      0.2000            0.2500    0.3300  healthy\n"
        "mean           0.2850      0.2000            0.2500    0.3100\n"
        "± deviation    0.0342      0.0000            0.0000    0.0283\n"
        "lowest         0.2400      0.2000            0.2500    0.2900\n"
        "highest        0.3200      0.2000            0.2500    0.3300\n"
        "In recall@100, the model beats the best baseline on 3 of 4 dates.\n"
        "It beats the champion on 1 of 2 dates.\n"
        "On 2 dates, marked *, the champion was trained on some of the test rows: these are not compared."
    )


def test_the_title_says_of_what_and_by_which_configs(four):
    assert title_of(four, "backtest of weekly") == (
        "backtest of weekly: recall@100 on the last 7 days; shop / ids / one"
    )


def test_a_date_that_failed_is_named_and_not_counted():
    found = backtest_runs([run(6, 0.3), run(13, None, status="timed_out")], "recall@100")
    assert conclusions(found) == [
        "In recall@100, the model beats the best baseline on 1 of 1 dates.",
        "Without a result: 2017-11-13 (timed out).",
    ]
    assert "2017-11-13          -" in render_text("t", found)


def test_the_page_holds_chart_and_table_in_one_file(four):
    page = render_html("backtest of <weekly>", four)
    assert PNG in page
    assert "backtest of &lt;weekly&gt;" in page
    assert page.count("<tr>") == 1 + len(four)
    assert "*0.4000" in page
    assert "experiment-27-1" in page


def test_a_single_date_without_a_champion_can_be_shown():
    found = backtest_runs([run(6, 0.3)], "recall@100")
    assert "champion" not in render_text("t", found)
    assert PNG in render_html("t", found)


@pytest.mark.parametrize(
    ("strategy", "days"), [("time_holdout", 7), ("strict_time", 7), ("random", None), ("custom", None)]
)
def test_only_a_split_by_time_has_a_test_period(strategy, days):
    recorded = run(20, 0.30)
    recorded.params["split_strategy"] = strategy
    assert backtest_runs([recorded], "recall@100")[0].days == days
