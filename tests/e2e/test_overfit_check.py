"""The overfit check on rows that an earlier run of quick_test transformed."""

from __future__ import annotations

import json

import pytest

from include import storage
from local_cloud.machine import Machine
from tests.e2e.dag_runs import Run, experiments, follow, run

pytestmark = pytest.mark.e2e

# The sample of the first run, so that everything but the Trainer is there already.
PARAMETERS = {"sample_percent": 25, "epochs": 100, "seed": 7}


def test_a_sound_model_is_green_and_shows_what_was_asked_for(machine: Machine, first: Run) -> None:
    checked = run(machine, "overfit_check", **PARAMETERS)
    assert "Transform cached" in checked.output
    assert "Trainer epoch 100/100 loss" in checked.output
    assert "overfit check passed: 32 rows, 100 epochs" in checked.output
    assert checked.json("training_metrics.json")["overfit"]["passed"]


def test_a_model_that_learns_nothing_is_red_and_says_where_to_look(machine: Machine, first: Run) -> None:
    before = experiments(machine)
    output = follow(machine, "overfit_check", **PARAMETERS, learning_rate_factor=1e-6)
    assert "overfit_check failed" in output
    assert "OverfitCheckFailed: 32 rows could not be learnt by heart in 100 epochs" in output
    assert "RED FLAG" in output
    assert "red flag unchanged_loss: look at the loss" in output
    (folder,) = experiments(machine) - before
    assert json.loads(storage.read_text(folder / "training_metrics.json"))["status"] == "failed"
