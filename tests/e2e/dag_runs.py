"""A DAG run as a person starts and follows it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include import storage
from include.artifacts.layout import ArtifactLayout
from local_cloud.machine import Machine
from scripts.follow_dag import TERMINAL_STYLE, progress
from tests.artifacts import has_place
from tests.e2e.warm_airflow import airflow

if TYPE_CHECKING:
    from upath import UPath

# The smallest sample that has enough rows to beat popularity within a test's patience.
PARAMETERS = {"sample_percent": 25, "epochs": 2, "seed": 7}


@dataclass(frozen=True)
class Run:
    """What a person saw of a run, and what it left."""

    output: str
    folder: UPath

    def json(self, name: str) -> Any:
        return json.loads(storage.read_text(self.folder / name))


@dataclass(frozen=True)
class Plan:
    """What a plan said, and the files that came or went while it was made."""

    output: str
    wrote: set[UPath]


def artifacts(machine: Machine, *parts: str) -> UPath:
    return storage.artifact_path(machine.settings.artifact_root_uri, *parts)


def experiments(machine: Machine) -> set[UPath]:
    folder = artifacts(machine, "experiments")
    return {folder / name for name in storage.list_names(folder)}


def files(machine: Machine) -> set[UPath]:
    root = artifacts(machine)
    return {root / file.path for file in storage.list_files(root)}


def without_place(machine: Machine) -> set[str]:
    """Files below the artifact root of which the layout, and so a clean-up, knows nothing."""
    layout = ArtifactLayout(machine.settings.artifact_root_uri)
    # TensorFlow makes an empty object for each folder of a bucket, which outlives what was in it.
    files = {file.path for file in storage.list_files(layout.root) if not file.is_folder and file.size_bytes}
    return {path for path in files if not has_place(path, layout)}


def follow(machine: Machine, dag_id: str, **parameters: object) -> str:
    """Runs a DAG and returns what a person sees of it, as `make run` shows it."""
    log = machine.settings.home / "run.log"
    status = airflow(machine.environment, log, "dags", "test", dag_id, "--conf", json.dumps(parameters))
    seen = "\n".join(progress(TERMINAL_STYLE.sub("", line) for line in log.read_text().splitlines()))
    return f"{seen}\n{dag_id} {'failed' if status else 'succeeded'}"


def follow_cold(machine: Machine, dag_id: str, **parameters: object) -> str:
    """Runs a DAG just as `make run` does, imports included, and returns what a person saw."""
    log = str(machine.settings.home / "run.log")
    conf = json.dumps(parameters)
    return machine.run(
        *(sys.executable, "-m", "scripts.follow_dag", log, dag_id, "--conf", conf), check=False
    )


def run(machine: Machine, dag_id: str, **parameters: object) -> Run:
    """Runs a DAG that has to succeed and make one experiment."""
    return _succeeded(machine, dag_id, follow, parameters)


def run_cold(machine: Machine, dag_id: str, **parameters: object) -> Run:
    """Runs it just as `make run` does."""
    return _succeeded(machine, dag_id, follow_cold, parameters)


def _succeeded(machine: Machine, dag_id: str, by: Callable[..., str], parameters: dict[str, object]) -> Run:
    before = experiments(machine)
    output = by(machine, dag_id, **parameters)
    assert f"{dag_id} succeeded" in output, output
    (folder,) = experiments(machine) - before
    return Run(output, folder)
