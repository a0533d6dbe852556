"""A DAG run as a person starts and follows it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.machine import Machine

# The smallest sample that has enough rows to beat popularity within a test's patience.
PARAMETERS = {"sample_percent": 25, "epochs": 2, "seed": 7}


@dataclass(frozen=True)
class Run:
    """What a person saw of a run, and what it left."""

    output: str
    folder: Path

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())


def experiments(machine: Machine) -> set[Path]:
    return set((machine.settings.artifact_root / "experiments").glob("*"))


def follow(machine: Machine, dag_id: str, **parameters: object) -> str:
    """Runs a DAG as `make run` does and returns what a person saw."""
    log = str(machine.settings.home / "run.log")
    conf = json.dumps(parameters)
    return machine.run(
        *(sys.executable, "-m", "scripts.follow_dag", log, dag_id, "--conf", conf), check=False
    )


def run(machine: Machine, dag_id: str, **parameters: object) -> Run:
    """Runs a DAG that has to succeed and make one experiment."""
    before = experiments(machine)
    output = follow(machine, dag_id, **parameters)
    assert f"{dag_id} succeeded" in output, output
    (folder,) = experiments(machine) - before
    return Run(output, folder)
