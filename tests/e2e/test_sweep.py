"""A small sweep over the real local cloud: three trials that share their rows, and the best of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from include import storage
from include.tracking.search import find_experiments
from local_cloud.machine import Machine
from tests.e2e.dag_runs import artifacts, experiments, follow

pytestmark = pytest.mark.e2e

# The third rate is so fast that the training diverges.
RATES = [0.01, 0.1, 10.0]
PARAMETERS = {
    "sweep": None,
    "search_space": {"learning_rate": {"type": "categorical", "choices": RATES}},
    "trials": 3,
    "parallel_trials": 2,
    "metric": "recall@10",
    "features": "basic",
    "model": "shallow",
    "optimizer": "adam",
    "sample_percent": 5,
    "epochs": 1,
}


class Sweep:
    """What a person saw of a sweep, and what it left."""

    def __init__(self, machine: Machine, output: str) -> None:
        self.output = output
        sweeps = artifacts(machine, "sweeps")
        (name,) = (name for name in storage.list_names(sweeps) if name.startswith("sweep-"))
        self.folder = sweeps / name
        self.trials = [self.json(f"trials/{number}.json") for number in range(3)]

    def json(self, name: str) -> Any:
        return json.loads(storage.read_text(self.folder / name))


@pytest.fixture(scope="module")
def sweep(machine: Machine) -> Sweep:
    output = follow(machine, "sweep", **PARAMETERS)
    assert "sweep succeeded" in output, output
    return Sweep(machine, output)


def test_every_rate_was_tried_and_the_best_complete_trial_won(sweep: Sweep) -> None:
    assert sorted(trial["point"]["learning_rate"] for trial in sweep.trials) == RATES
    values = {trial["number"]: trial["value"] for trial in sweep.trials if trial["state"] == "complete"}
    best = sweep.json("best.json")
    assert best["trial"] == max(values, key=lambda number: values[number])
    assert best["parameters"]["learning_rate"] == sweep.trials[best["trial"]]["point"]["learning_rate"]
    assert f"best: trial {best['trial']}, recall@10" in sweep.output


def test_a_training_that_diverged_is_pruned_and_says_why(sweep: Sweep) -> None:
    (fast,) = [trial for trial in sweep.trials if trial["point"]["learning_rate"] == RATES[-1]]
    assert (fast["state"], fast["verdict"]) == ("pruned", "diverged")
    assert f"trial {fast['number']} pruned: loss " in sweep.output


def test_no_trial_saw_a_row_of_the_runs_test_window(machine: Machine, sweep: Sweep) -> None:
    for trial in sweep.trials:
        file = artifacts(machine, "experiments", trial["experiment_id"], "experiment.json")
        assert json.loads(storage.read_text(file))["window_end"] == "2017-12-04T00:00:00Z"


def test_rows_and_modules_of_the_first_trial_serve_all(sweep: Sweep) -> None:
    assert sweep.output.count("Transform succeeded") <= 1
    assert sweep.output.count("Transform cached") >= 2
    assert sweep.output.count("(re-used)") >= 2
    (state,) = {trial["source_state"] for trial in sweep.trials}
    assert "complete_journey.transactions changed" in state


def test_trials_lie_below_the_sweep_in_mlflow_with_its_plots(machine: Machine, sweep: Sweep) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(machine.settings.url("mlflow"))
    experiment = client.get_experiment_by_name("recsflow")
    assert experiment is not None
    wanted = f"tags.`recsflow.sweep_id` = '{sweep.folder.name}'"
    (parent,) = client.search_runs([experiment.experiment_id], wanted)
    wanted = f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'"
    assert len(client.search_runs([experiment.experiment_id], wanted)) == 3
    assert parent.info.status == "FINISHED"
    assert "history.png" in {file.path for file in client.list_artifacts(parent.info.run_id)}


def test_a_resumed_sweep_repeats_no_finished_trial(machine: Machine, sweep: Sweep) -> None:
    before, found = experiments(machine), recorded(machine)
    output = follow(machine, "sweep", resume=sweep.folder.name)
    assert "sweep succeeded" in output, output
    assert "submitted" not in output
    assert Sweep(machine, output).trials == sweep.trials
    assert (experiments(machine), recorded(machine)) == (before, found)


def recorded(machine: Machine) -> set[str]:
    found = find_experiments(tracking_uri=machine.settings.url("mlflow"), experiment_name="recsflow")
    return {each.run_id for each in found}
