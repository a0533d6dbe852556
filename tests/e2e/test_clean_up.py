"""A clean-up that removes, after all other tests: nothing is needed any more, and all of it is old."""

from __future__ import annotations

import json
import re
import urllib.request
from dataclasses import dataclass

import pytest
from mlflow import MlflowClient

from include import storage
from local_cloud.machine import Machine
from local_cloud.settings import LOCATION, PROJECT
from tests.e2e.aging import make_old
from tests.e2e.dag_runs import Run, follow

pytestmark = pytest.mark.e2e

# Kept whatever their age: reports of schedules, what sweeps found, and which numbers runs have taken.
KEPT = ("holdouts/", "sweeps/winners/", "numbers/")


@dataclass(frozen=True)
class Cleaned:
    """What a person saw of a clean-up, and the files below the artifact root before and after it."""

    output: str
    before: set[str]
    after: set[str]


@pytest.fixture(scope="module")
def cleaned(machine: Machine, first: Run) -> Cleaned:
    registry = MlflowClient(machine.settings.url("mlflow"))
    for model in registry.search_registered_models():
        registry.delete_registered_model(model.name)
    make_old(machine, days=40)
    before = stored(machine)
    return Cleaned(follow(machine, "clean_up", dry_run=False), before, stored(machine))


def stored(machine: Machine) -> set[str]:
    """All files; TensorFlow leaves an empty object under the name of a folder, which is none."""
    found = storage.list_files(machine.settings.artifact_root_uri)
    return {file.path for file in found} - {file.path for file in found if file.is_folder}


def test_nothing_stays_of_a_run_in_the_bucket(first: Run, cleaned: Cleaned) -> None:
    assert "clean_up succeeded" in cleaned.output, cleaned.output
    assert {path for path in cleaned.after if not path.startswith(KEPT)} == set()
    for folder in (
        "modules/",
        "rows/",
        f"experiments/{first.folder.name}/",
        "pipeline_root/local/",
        "cards/",
    ):
        assert any(path.startswith(folder) for path in cleaned.before), folder


def test_what_a_build_compiled_goes_with_its_pipeline(cleaned: Cleaned) -> None:
    compiled = {path.partition(".")[2] for path in cleaned.before if path.startswith("compiled/")}
    assert compiled == {"json", "topology.json", "built.json"}


@pytest.mark.parametrize("kind", ["pipelineJobs", "customJobs"])
def test_no_job_is_left(machine: Machine, cleaned: Cleaned, kind: str) -> None:
    url = f"{machine.settings.url('vertex')}/v1/projects/{PROJECT}/locations/{LOCATION}/{kind}"
    with urllib.request.urlopen(url) as answer:
        assert json.load(answer)[kind] == []


def test_a_person_sees_what_was_removed(cleaned: Cleaned) -> None:
    removed = cleaned.output.partition("removed  ")[2]
    assert re.search(r"pipeline jobs +[1-9]", removed), cleaned.output
    assert re.search(r"compiled pipelines +[1-9]", removed), cleaned.output
