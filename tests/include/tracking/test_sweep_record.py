from pathlib import Path

import pytest

from include.tracking.recorder import record
from include.tracking.search import ExperimentFilter, find_experiments
from include.tracking.sweep_record import SweepRecord, record_sweep
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def begun(store):
    return record_sweep(SweepRecord("sweep-1", params={"metric": "recall@100"}), **store)


def trial(number):
    ids = {"experiment_id": f"sweep-1-trial-{number}", "sweep_id": "sweep-1", "trial": number}
    return resolved().model_copy(update=ids)


def test_trials_lie_below_the_sweeps_run(store, runs_in, metrics, succeeded):
    parent = begun(store)
    for number in (0, 1):
        record(metrics, trial(number), outcome=succeeded, **store)
    children = [run for run in runs_in() if run.info.run_id != parent.run_id]
    assert [run.data.tags["mlflow.parentRunId"] for run in children] == [parent.run_id] * 2
    assert sorted(run.data.tags["recsflow.trial"] for run in children) == ["0", "1"]
    assert {run.data.tags["recsflow.sweep"] for run in children} == {"sweep-1"}


def test_a_sweep_is_no_experiment_and_a_trial_no_rerun(store, metrics, succeeded):
    begun(store)
    record(metrics, trial(0), outcome=succeeded, **store)
    (found,) = find_experiments(ExperimentFilter(), **store)
    assert (found.experiment_id, found.parent_experiment_id) == ("sweep-1-trial-0", "")


def test_a_repeated_call_completes_the_same_run(store, runs_in, tmp_path):
    first = begun(store)
    assert runs_in()[0].info.status == "RUNNING"
    ended = SweepRecord(
        "sweep-1",
        params={"metric": "recall@100"},
        tags={"recsflow.status": "succeeded"},
        metrics={"best_recall_at_100": 0.25},
        files={"best.json": b"{}"},
        is_final=True,
    )
    assert record_sweep(ended, **store) == record_sweep(ended, **store) == first
    (run,) = runs_in()
    assert (run.info.status, run.data.metrics) == ("FINISHED", {"best_recall_at_100": 0.25})
    assert run.data.tags["recsflow.status"] == "succeeded"
    assert Path(run.info.artifact_uri.removeprefix("file://"), "best.json").read_bytes() == b"{}"


def test_a_sweep_that_goes_on_is_running_again(store, runs_in):
    record_sweep(SweepRecord("sweep-1", is_final=True), **store)
    begun(store)
    assert [run.info.status for run in runs_in()] == ["RUNNING"]
