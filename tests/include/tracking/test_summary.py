import pytest

from include.tracking.entries import note_of, tags_of
from include.tracking.outcome import ComponentOutcome, PipelineOutcome
from include.tracking.summary import render_summary
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

EXPECTED = """\
------------------------------------------------------------
SUCCEEDED  quick_test · shallow · basic
complete_journey / basic / shallow, 25 %, 278,695 train rows
quick-test-manual-2018-01-01-d4885e8c85
------------------------------------------------------------
loss (train)              6.7200
loss (eval)               6.6100
early stopping        stopped after epoch 2, best epoch 1 by val_loss restored
on the test split          model      lift  best baseline
loss                      6.7200
recall@5                  0.0500    1.67 x         0.0300  popularity
recall@10                 0.0800    0.71 x         0.1120  repeat_purchases
recall@50                 0.1600
recall@100                0.2100    0.68 x         0.3070  repeat_purchases
113,390 test rows, 36,338 distinct candidates
judged by recall@100: 28% of the test rows are repeats, so lists may hold what a customer had bought
10.0% of the test rows (11,339) are of customers without a training row:
  recall@100              0.0500, 0.2300 elsewhere
------------------------------------------------------------
stage_dataset              4.1 s
wait_for_pipeline         20.0 s
  Transform                       cached
  Trainer                 16.2 s
    read                   0.9 s
    train                 10.5 s
    evaluate               1.2 s
    save                   1.6 s
------------------------------------------------------------
verdict: healthy
warning: recall@5 is close to popularity.
warning: The model does not beat repeat_purchases in recall@10, recall@100.
------------------------------------------------------------
MLflow run            http://127.0.0.1:5000/#/experiments/1/runs/2
------------------------------------------------------------"""


def test_the_whole_table(metrics_with, document, succeeded):
    document["epochs"][0]["metrics"] = {"loss": 6.72, "val_loss": 6.61}
    metrics = metrics_with(epochs=document["epochs"])
    links = {"MLflow run": "http://127.0.0.1:5000/#/experiments/1/runs/2"}

    assert render_summary(resolved(), metrics, succeeded, links=links) == EXPECTED


def test_a_failure_shows_the_error_and_no_results(failed):
    lines = render_summary(resolved(), None, failed).splitlines()

    assert lines[1] == "FAILED  quick_test · shallow · basic"
    assert lines[2].startswith("complete_journey / basic / shallow")
    assert "error: Transform failed" in lines
    assert "error: Transform: ValueError: no such column: price" in lines
    assert not [line for line in lines if "recall" in line]


def test_an_error_that_the_outcome_quotes_is_said_once(metrics_with):
    error = "Traceback (most recent call last):\n  frame\nValueError: loss is NaN"
    outcome = PipelineOutcome(
        "failed",
        "component Trainer failed:\n  frame\nValueError: loss is NaN",
        components=(ComponentOutcome("Trainer", "failed", 3.0, error),),
    )
    metrics = metrics_with(error={"type": "ValueError", "message": "loss is NaN", "traceback": error})

    lines = render_summary(resolved(), metrics, outcome).splitlines()

    assert [line for line in lines if line.startswith("error:")] == [
        "error: component Trainer failed:",
        "error:   frame",
        "error: ValueError: loss is NaN",
    ]


def test_errors_that_the_outcome_does_not_quote_are_all_said(metrics_with):
    components = (
        ComponentOutcome("StatisticsGen", "failed", 1.0, "OSError: disk full"),
        ComponentOutcome("Trainer", "failed", 3.0, "exited with status 1"),
    )
    outcome = PipelineOutcome("failed", "job quick-test-1 failed", components=components)
    metrics = metrics_with(error={"type": "ValueError", "message": "loss is NaN", "traceback": ""})

    lines = render_summary(resolved(), metrics, outcome).splitlines()

    assert [line for line in lines if line.startswith("error:")] == [
        "error: job quick-test-1 failed",
        "error: StatisticsGen: OSError: disk full",
        "error: Trainer: exited with status 1",
        "error: ValueError: loss is NaN",
    ]


def test_a_collapse_is_told_with_its_epoch_evidence_and_advice(metrics_with, succeeded):
    diagnosis = {
        "verdict": "collapsed",
        "epoch": 2,
        "evidence": ["query: norm 0"],
        "suggestion": "halve it",
        "measures": {},
    }

    lines = render_summary(resolved(), metrics_with(diagnosis=diagnosis), succeeded).splitlines()

    at = lines.index("verdict: collapsed since epoch 2")
    assert lines[at + 1 : at + 3] == ["  query: norm 0", "  halve it"]


def test_an_echo_is_told_without_an_epoch_since_the_evaluation_saw_it(metrics_with, succeeded):
    diagnosis = {
        "verdict": "popularity_echo",
        "epoch": 3,
        "evidence": ["93% in common"],
        "suggestion": None,
        "measures": {},
    }

    lines = render_summary(resolved(), metrics_with(diagnosis=diagnosis), succeeded).splitlines()

    assert lines[lines.index("verdict: popularity echo") + 1] == "  93% in common"


def _compared(value, baseline, *, better):
    return {"value": value, "best_baseline": "product_mean", "baseline_value": baseline, "better": better}


def test_an_error_is_better_where_it_is_smaller(metrics_with, succeeded):
    metrics = metrics_with(
        test={"rmse": 2.0, "mae": 3.0},
        comparison={"rmse": _compared(2.0, 4.0, better=True), "mae": _compared(3.0, 1.5, better=False)},
        headline={"metric": "rmse", "reason": "it is the distance", "families": ["rmse", "mae"]},
        warnings=[],
    )

    lines = render_summary(resolved(), metrics, succeeded).splitlines()

    assert "rmse                      2.0000    2.00 x         4.0000  product_mean" in lines
    assert "mae                       3.0000    0.50 x         1.5000  product_mean" in lines
    assert "warning: The model does not beat product_mean in mae." in lines


def test_a_model_that_beats_every_baseline_gets_no_warning(metrics_with, succeeded):
    metrics = metrics_with(
        test={"rmse": 2.0}, comparison={"rmse": _compared(2.0, 4.0, better=True)}, warnings=[]
    )

    assert "warning:" not in render_summary(resolved(), metrics, succeeded)


def test_a_number_below_zero_has_no_lift(metrics_with, succeeded):
    metrics = metrics_with(
        test={"spearman": -0.1}, comparison={"spearman": _compared(-0.1, 0.2, better=False)}
    )

    assert "spearman                 -0.1000                   0.2000  product_mean" in render_summary(
        resolved(), metrics, succeeded
    )


def test_a_measure_of_repeats_says_that_there_are_none(metrics_with, document, succeeded):
    diagnosis = {**document["diagnosis"], "measures": {"repeat_share": 0.0}}
    test = {"recall@5": 0.1, "repeat_recall@5": None}

    text = render_summary(resolved(), metrics_with(test=test, diagnosis=diagnosis, comparison={}), succeeded)

    assert "repeat_recall@5         no test row is a repeat" in text
    assert "not finite" not in text


def test_a_model_is_not_warned_about_what_does_not_count_on_its_rows(metrics_with, succeeded):
    headline = {
        "metric": "unbought_recall@100",
        "reason": "no test row is a repeat, so lists leave out what a customer had bought",
        "families": ["unbought_recall", "novel_recall"],
    }
    comparison = {
        "recall@100": _compared(0.1, 0.3, better=False),
        "unbought_recall@100": _compared(0.59, 0.41, better=True),
    }
    metrics = metrics_with(
        test={"recall@100": 0.1, "unbought_recall@100": 0.59},
        comparison=comparison,
        headline=headline,
        warnings=[],
    )

    text = render_summary(resolved(), metrics, succeeded)

    assert "warning" not in text
    assert "judged by unbought_recall@100: no test row is a repeat" in text


def test_a_number_that_is_not_finite_is_said_to_be(metrics_with, succeeded):
    text = render_summary(resolved(), metrics_with(test={"loss": None}, comparison={}), succeeded)

    assert "loss                  not finite" in text


def test_a_check_that_stopped_the_run_is_shown():
    outcome = PipelineOutcome("not_submitted", "check_data_quality failed; see its log", steps_s={"a": 1.0})

    text = render_summary(resolved(), None, outcome)

    assert "NOT_SUBMITTED" in text
    assert "error: check_data_quality failed; see its log" in text


def test_failure_of_another_component_comes_before_a_doubtful_learning_rate(failed):
    doubtful = resolved(learning_rate=5)
    lines = render_summary(doubtful, None, failed).splitlines()
    error = lines.index("error: Transform failed")
    (warning,) = (place for place, line in enumerate(lines) if "learning_rate" in line)
    assert error < warning
    note = note_of(doubtful, None, failed)
    assert note.index("Transform failed") < note.index("learning_rate")
    assert "learning_rate" not in tags_of(doubtful, None, failed)["recsflow.error"]
    assert "recsflow.diagnosis" not in tags_of(doubtful, None, failed)
