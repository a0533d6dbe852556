from datetime import UTC, datetime, timedelta

import pytest

from recsflow.vertex.jobs import Component, Job, JobState
from recsflow.watching.progress import JobProgress

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def job(*components: Component, state: JobState = JobState.RUNNING) -> Job:
    return Job("job-1", state, components, components_total=4, created=START)


def test_each_change_is_said_once_with_duration_and_share():
    progress = JobProgress()
    running = job(Component("ExampleGen", JobState.RUNNING, at(0)))
    assert progress.lines(running, at(2)) == ["ExampleGen running 2 s (0 of 4 done, 0 %)"]
    assert progress.lines(running, at(7)) == []
    done = job(
        Component("ExampleGen", JobState.SUCCEEDED, at(0), at(9)), Component("SchemaGen", JobState.PENDING)
    )
    assert progress.lines(done, at(10)) == ["ExampleGen succeeded 9 s (1 of 4 done, 25 %)"]


def test_duration_of_a_component_that_only_just_began_is_left_out():
    running = job(Component("ExampleGen", JobState.RUNNING, at(0)))
    assert JobProgress().lines(running, at(0.4)) == ["ExampleGen running (0 of 4 done, 0 %)"]


def test_cached_component_counts_as_done():
    progress = JobProgress()
    cached = job(Component("ExampleGen", JobState.CACHED, at(0), at(0)))
    assert progress.lines(cached, at(1)) == ["ExampleGen cached (1 of 4 done, 25 %)"]


def test_component_that_runs_for_long_is_mentioned_again():
    progress = JobProgress(heartbeat_s=30)
    running = job(Component("Trainer", JobState.RUNNING, at(0)))
    progress.lines(running, at(1))
    assert progress.lines(running, at(25)) == []
    assert progress.lines(running, at(31)) == ["Trainer running 31 s (0 of 4 done, 0 %)"]
    assert progress.lines(running, at(40)) == []


def test_end_of_the_job_is_said():
    progress = JobProgress()
    progress.lines(job(), at(0))
    assert progress.lines(job(state=JobState.SUCCEEDED), at(60)) == ["job job-1 succeeded 60 s"]


def test_epochs_are_said_once_each():
    progress = JobProgress()
    epoch = {"epoch": 1, "duration_s": 4.0, "metrics": {"loss": 6.9123, "val_loss": None, "other": 1}}
    metrics = {"started_at": at(5).isoformat(), "params": {"epochs": 2}, "epochs": [epoch]}
    assert progress.epochs(metrics, at(1)) == ["Trainer epoch 1/2 loss 6.912 (4 s)"]
    assert progress.epochs(metrics, at(1)) == []
    metrics["epochs"].append({"epoch": 2, "duration_s": 3.5, "metrics": {"loss": 6.5, "val_loss": 6.75}})
    assert progress.epochs(metrics, at(1)) == ["Trainer epoch 2/2 loss 6.5 val_loss 6.75 (3.5 s)"]


def test_epochs_of_an_overfit_check_show_what_it_asks_for():
    values = {"learning_rate": 1.0, "gradient_norm": 0.5, "loss": 0.25, "recall@1": 0.75, "score_std": 2.0}
    epoch = {"epoch": 10, "duration_s": 1.0, "metrics": values}
    metrics = {"started_at": at(5).isoformat(), "params": {"epochs": 500}, "epochs": [epoch]}
    assert JobProgress().epochs(metrics, at(1)) == [
        "Trainer epoch 10/500 loss 0.25 recall@1 0.75 score_std 2 gradient_norm 0.5 learning_rate 1 (1 s)"
    ]


def test_epochs_of_an_earlier_attempt_are_not_said():
    metrics = {"started_at": at(0).isoformat(), "epochs": [{"epoch": 1, "metrics": {"loss": 1.0}}]}
    assert JobProgress().epochs(metrics, at(600)) == []


@pytest.mark.parametrize("metrics", [None, {}, {"started_at": "soon", "epochs": []}, {"epochs": []}])
def test_metrics_that_are_absent_or_incomplete_say_nothing(metrics):
    assert JobProgress().epochs(metrics, at(0)) == []
