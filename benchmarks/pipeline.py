"""A 100,000-row pipeline in the warm local cloud beside a plain TFX LocalDagRunner script, in one run.

Two numbers: the whole pipeline, and the pipeline again with only the learning rate changed. The peer runs the
same components, rows, modules and epochs in both cases: its script has no cache across runs of its own.
"""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.experiment import Prepared, prepare, run_job, trim, use, wait_for_warm_host
from benchmarks.local_copy import local_copy
from benchmarks.result import Result
from local_cloud.machine import temporary_machine

if TYPE_CHECKING:
    from local_cloud.machine import Machine
    from recsflow.vertex.jobs import Job

ROWS = {"train": 80_000, "eval": 10_000, "test": 10_000}
PARAMETERS = {
    "dataset": "complete_journey",
    "features": "basic",
    "model": "shallow",
    "sample_percent": 10,
    "epochs": 3,
}
PEER = Path(__file__).with_name("plain_tfx.py")


@dataclass(frozen=True)
class Measured:
    """Seconds of one run of the benchmark."""

    ours_s: float
    changed_rate_s: float
    peer_s: float
    components_s: dict[str, float]
    changed_rate_components: dict[str, str]


def measure() -> Measured:
    """Runs ours, ours with another learning rate, and the peer, one after the other."""
    with temporary_machine("bigquery", "vertex") as machine:
        settings = use(machine)
        prepared = prepare(settings, PARAMETERS, "whole")
        rows_uri = trim(prepared.rows_uri, ROWS)
        wait_for_warm_host(machine)
        job, ours_s = run_job(replace(prepared, rows_uri=rows_uri, history_uri=None))
        changed = prepare(settings, PARAMETERS | {"learning_rate": 0.05}, "changed-rate")
        again, changed_rate_s = run_job(replace(changed, rows_uri=rows_uri, history_uri=None))
        return Measured(
            ours_s=ours_s,
            changed_rate_s=changed_rate_s,
            peer_s=peer_seconds(machine, prepared, rows_uri),
            components_s=component_seconds(job),
            changed_rate_components={component.name: component.state.value for component in again.components},
        )


def component_seconds(job: Job) -> dict[str, float]:
    """Returns how long each component ran."""
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    return {component.name: round(component.seconds(now), 1) for component in job.components}


def peer_seconds(machine: Machine, prepared: Prepared, rows_uri: str) -> float:
    """Returns how long the plain TFX script takes with the same rows, modules and epochs."""
    request = prepared.request()
    config: dict[str, Any] = json.loads(request.parameters["trainer_config"])
    work = machine.settings.home / f"peer-{prepared.experiment.experiment_id}"
    inputs = (rows_uri, prepared.modules["transform_module_uri"], prepared.modules["trainer_module_uri"])
    config["metrics_uri"] = str(work / "training_metrics.json")
    argv = [
        str(machine.settings.trainer_python),
        str(PEER),
        *(str(local_copy(uri, machine.settings.home / "on_disk")) for uri in inputs),
        json.dumps(config),
        str(work),
    ]
    environment = machine.environment | {"TF_USE_LEGACY_KERAS": "1"}
    environment.pop("PYTHONPATH")
    began = time.perf_counter()
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the plain TFX script failed:\n{done.stderr[-4000:]}")
    return time.perf_counter() - began


def main(last: str) -> None:
    """Reports both ratios, the one called `last` in the last line."""
    measured = measure()
    peer = "a plain TFX LocalDagRunner script, same components, rows, modules and epochs"
    results = {
        "pipeline": Result(
            name="pipeline",
            value=measured.ours_s / measured.peer_s,
            unit="ratio",
            goal="<= 0.75",
            peer=peer,
            details={
                "ours_s": round(measured.ours_s, 1),
                "peer_s": round(measured.peer_s, 1),
                "rows": ROWS,
                "components_s": measured.components_s,
            },
        ),
        "learning-rate": Result(
            name="learning-rate",
            value=measured.changed_rate_s / measured.peer_s,
            unit="ratio",
            goal="<= 0.35",
            peer=peer,
            details={
                "ours_s": round(measured.changed_rate_s, 1),
                "peer_s": round(measured.peer_s, 1),
                "components": measured.changed_rate_components,
            },
        ),
    }
    final = results.pop(last)
    for result in [*results.values(), final]:
        result.report()


if __name__ == "__main__":
    main("pipeline")
