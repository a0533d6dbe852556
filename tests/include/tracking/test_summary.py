import pytest

from include.tracking.outcome import ComponentOutcome, PipelineOutcome
from include.tracking.summary import render_summary
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

EXPECTED = """\
------------------------------------------------------------
SUCCEEDED  complete_journey / basic / shallow, 25 %, 278,695 train rows
quick-test-manual-2018-01-01-d4885e8c85
------------------------------------------------------------
loss (train)              6.7200
loss (eval)               6.6100
on the test split          model    popularity      lift
loss                      6.7200
recall@5                  0.0500        0.0300    1.67 x
recall@10                 0.0800        0.0450    1.78 x
recall@50                 0.1600        0.1000    1.60 x
recall@100                0.2100        0.1380    1.52 x
113,390 test rows, 36,338 distinct candidates
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
training is healthy
warning: recall@5 is close to popularity.
------------------------------------------------------------
MLflow run            http://127.0.0.1:5000/#/experiments/1/runs/2
------------------------------------------------------------"""


def test_the_whole_table(metrics_with, document, succeeded):
    document["epochs"][-1]["metrics"] = {"loss": 6.72, "val_loss": 6.61}
    metrics = metrics_with(epochs=document["epochs"])
    links = {"MLflow run": "http://127.0.0.1:5000/#/experiments/1/runs/2"}

    assert render_summary(resolved(), metrics, succeeded, links=links) == EXPECTED


def test_a_failure_shows_the_error_and_no_results(failed):
    lines = render_summary(resolved(), None, failed).splitlines()

    assert lines[1].startswith("FAILED  complete_journey / basic / shallow")
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

    at = lines.index("training is collapsed since epoch 2")
    assert lines[at + 1 : at + 3] == ["  query: norm 0", "  halve it"]


def test_worse_than_popularity_is_a_warning(metrics_with, succeeded):
    metrics = metrics_with(
        test={"recall@5": 0.02, "recall@10": 0.05},
        baselines={"popularity": {"recall@5": 0.03, "recall@10": 0.04}},
        warnings=[],
    )

    lines = render_summary(resolved(), metrics, succeeded).splitlines()

    assert "warning: no better than popularity in recall@5" in lines


def test_a_warning_of_the_trainer_about_popularity_is_enough(metrics_with, succeeded):
    told = "The model is worse than popularity in recall@5."
    metrics = metrics_with(
        test={"recall@5": 0.02}, baselines={"popularity": {"recall@5": 0.03}}, warnings=[told]
    )

    lines = render_summary(resolved(), metrics, succeeded).splitlines()

    assert [line for line in lines if line.startswith("warning:")] == [f"warning: {told}"]


def test_a_number_that_is_not_finite_is_said_to_be(metrics_with, succeeded):
    text = render_summary(resolved(), metrics_with(test={"loss": None}, baselines={}), succeeded)

    assert "loss                  not finite" in text


def test_a_check_that_stopped_the_run_is_shown():
    outcome = PipelineOutcome("not_submitted", "check_data_quality failed; see its log", steps_s={"a": 1.0})

    text = render_summary(resolved(), None, outcome)

    assert "NOT_SUBMITTED" in text
    assert "error: check_data_quality failed; see its log" in text
