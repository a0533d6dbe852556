"""The record of a run that was refused, in MLflow's own store."""

from dataclasses import replace

import pytest

from include.tracking.outcome import PipelineOutcome
from include.tracking.recorder import record
from include.tracking.search import ExperimentFilter, find_experiments
from include.tracking.unresolved import UnresolvedRun, record_unresolved
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

SENTENCE = "1 problem in the configuration:\n  - run parameters: epochs is 0; use 1 to 1000."
REFUSED = UnresolvedRun(
    experiment_id="quick-1",
    dag_id="quick_test",
    run_id="manual__1",
    title="quick_test #12 · deep · basic",
    parameters={"model": "deep", "features": "basic", "epochs": 0, "seed": None, "notes": "why not"},
    error=SENTENCE,
)


def test_refusal_is_a_failed_run_whose_diagnosis_is_its_sentence(store, runs_in):
    recorded = record_unresolved(REFUSED, **store)
    (run,) = runs_in()
    assert run.info.run_id == recorded.run_id
    assert (run.info.status, run.info.run_name) == ("FAILED", "quick_test #12 · deep · basic")
    assert run.data.params == {"model": "deep", "features": "basic", "epochs": "0"}
    tags = run.data.tags
    assert tags["recsflow.diagnosis"] == tags["recsflow.error"] == SENTENCE
    assert SENTENCE in tags["mlflow.note.content"]
    assert (tags["recsflow.status"], tags["recsflow.model"]) == ("not_submitted", "deep")
    assert tags["recsflow.notes"] == "why not"


def test_each_try_has_its_own_sentence_and_the_experiment_replaces_them(store, runs_in):
    record_unresolved(REFUSED, **store)
    record_unresolved(replace(REFUSED, error="another"), **store)
    assert [run.data.tags["recsflow.error"] for run in runs_in()] == ["another"]
    experiment = resolved().model_copy(update={"experiment_id": "quick-1"})
    record(None, experiment, outcome=PipelineOutcome("succeeded", job_id="quick-1"), **store)
    (run,) = runs_in()
    assert "recsflow.error" not in run.data.tags
    assert "recsflow.diagnosis" not in run.data.tags


def test_experiment_that_came_further_before_keeps_its_record(store, runs_in):
    experiment = resolved().model_copy(update={"experiment_id": "quick-1"})
    record(None, experiment, outcome=PipelineOutcome("succeeded", job_id="quick-1"), **store)
    record_unresolved(REFUSED, **store)
    found = find_experiments(ExperimentFilter(experiment_id="quick-1"), **store)
    assert [run.status for run in found] == ["succeeded"]
