"""A rerun on the rows that an earlier run of quick_test transformed."""

from __future__ import annotations

import pytest

from include import storage
from include.tracking.search import ExperimentFilter, find_experiments
from local_cloud.machine import Machine
from tests.e2e.dag_runs import Run, experiments, follow, run

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def rerun(machine: Machine, first: Run) -> Run:
    return run(machine, "trainer_rerun", experiment=first.folder.name, learning_rate=0.02, epochs=1)


def test_only_the_trainer_runs_with_the_new_values_on_the_same_rows(first: Run, rerun: Run) -> None:
    before, after = first.json("training_metrics.json"), rerun.json("training_metrics.json")
    assert (after["params"]["learning_rate"], after["params"]["epochs"]) == (0.02, 1)
    assert after["params"]["seed"] == before["params"]["seed"]
    assert (after["rows"], after["candidates"]) == (before["rows"], before["candidates"])
    assert after["baselines"]["popularity"] == before["baselines"]["popularity"]
    assert "Trainer succeeded" in rerun.output
    assert "Transform succeeded" not in rerun.output
    assert "Transform cached" not in rerun.output


def test_the_model_is_saved_with_the_reruns_experiment(rerun: Run) -> None:
    assert rerun.json("training_metrics.json")["model_uri"] == storage.local_path(rerun.folder / "model")
    assert storage.exists(rerun.folder / "model" / "saved_model.pb")


def test_a_person_sees_what_changed_and_what_came_of_it(first: Run, rerun: Run) -> None:
    for text in (
        f"rerun of {first.folder.name}",
        f"learning_rate: {first.json('training_metrics.json')['params']['learning_rate']:g} -> 0.02",
        "epochs: 2 -> 1",
        "custom job",
    ):
        assert text in rerun.output


def test_the_record_is_found_from_its_parent(machine: Machine, first: Run, rerun: Run) -> None:
    (recorded,) = find_experiments(
        ExperimentFilter(parent_experiment_id=first.folder.name),
        tracking_uri=machine.settings.url("mlflow"),
        experiment_name="recsflow",
    )
    assert recorded.experiment_id == rerun.folder.name


def test_an_unknown_parent_is_told_with_those_there_are(machine: Machine, first: Run) -> None:
    before = experiments(machine)
    output = follow(machine, "trainer_rerun", experiment="quick-test-unknown")
    assert "experiment is 'quick-test-unknown', which MLflow does not have" in output
    assert any(folder.name in output for folder in before)
    assert experiments(machine) == before
