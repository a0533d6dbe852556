"""A schedule's runs: the first model becomes champion and is served, an equal one does not and is not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.configs import config_root
from include.tracking.champions import RegisteredChampion, find_champion
from local_cloud.machine import Machine
from tests.e2e.dag_runs import PARAMETERS, Run, run

pytestmark = pytest.mark.e2e

DAG = "retraining_weekly"
ENDPOINT = "shop-home"
LOAD = "import sys, tensorflow; print(*tensorflow.saved_model.load(sys.argv[1]).signatures)"


@pytest.fixture(scope="module")
def pushing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The shipped schedule, with an endpoint for its champion."""
    configs = tmp_path_factory.mktemp("pushing") / "configs"
    shutil.copytree(config_root(), configs)
    with (configs / "schedules" / "weekly.yaml").open("a") as file:
        file.write(f"push: {{endpoint: {ENDPOINT}}}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "RECSFLOW_CONFIG_ROOT", str(configs))
        yield


@pytest.fixture(scope="module")
def champion(machine: Machine, first: Run, pushing: None) -> Run:
    """The first run of the schedule; it finds the rows of `first` transformed already."""
    return run(machine, DAG, **PARAMETERS)


@pytest.fixture(scope="module")
def challenger(machine: Machine, champion: Run) -> Run:
    """The same training once more."""
    return run(machine, DAG, **PARAMETERS)


def registered(machine: Machine) -> RegisteredChampion | None:
    return find_champion(DAG, tracking_uri=machine.settings.url("mlflow"))


def scores(run: Run) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = run.json("scores.json")["models"]
    return found


def test_the_served_model_has_the_recall_of_the_training(champion: Run) -> None:
    trained = champion.json("training_metrics.json")["test"]
    served = scores(champion)["candidate"]
    assert served == pytest.approx({name: trained[name] for name in served}, rel=1e-3)
    assert {"recall@10", "recall@100"} <= set(served)


def test_the_first_model_is_promoted_and_says_by_how_much(champion: Run) -> None:
    assert "promoted: recall@100 is" in champion.output
    assert "There was no champion before it." in champion.output
    assert f"version 1 of {DAG}, the champion now" in champion.output


def served(machine: Machine) -> list[Path]:
    return list((machine.settings.serving_root / ENDPOINT).iterdir())


def test_the_champion_is_served_from_a_folder_that_can_be_loaded(machine: Machine, champion: Run) -> None:
    (model,) = served(machine)
    assert model.name == "1"
    signatures = machine.run(str(machine.settings.trainer_python), "-c", LOAD, str(model))
    assert "serving_default" in signatures.split()
    assert "Deployment succeeded" in champion.output


def test_an_equal_model_is_not_pushed(machine: Machine, challenger: Run) -> None:
    assert [model.name for model in served(machine)] == ["1"]
    assert "Deployment" not in challenger.output


def test_an_equal_model_leaves_the_champion_where_it_is(machine: Machine, challenger: Run) -> None:
    models = scores(challenger)
    assert models["candidate"]["recall@100"] == pytest.approx(models["champion"]["recall@100"], rel=0.01)
    assert "not promoted: recall@100" in challenger.output
    assert "does not beat the champion, version 1" in challenger.output
    found = registered(machine)
    assert found is not None
    assert found.version == "1"
