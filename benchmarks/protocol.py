"""The protocol of the retrieval benchmarks: the same rows for all, and a process of its own for each system.

Rows: Complete Journey, train before 2017-12-04, the 115,194 rows from there on are the test. Peers learn from
all 1,354,113 earlier rows. Our models learn from 99 in 100 of them, since a run keeps the others for
`val_loss`, and read what the Transform of a pipeline made of them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.experiment import Prepared, prepare, run_job, use, wait_for_warm_host
from benchmarks.local_copy import local_copy
from include import storage
from local_cloud.machine import temporary_machine
from local_cloud.settings import REPOSITORY

if TYPE_CHECKING:
    from local_cloud.machine import Machine
    from recsflow.settings import Settings
    from recsflow.vertex.jobs import Job

DATASET = "complete_journey_benchmark"
FEATURES = "assortment"


@dataclass(frozen=True)
class Measured:
    """What one system reached, and what it cost.

    Attributes:
        name: The system.
        metrics: Such as recall@10, recall@100 and novel_recall@100, on the test rows.
        train_s: Seconds of training, reading excluded.
        examples_per_s: Rows that training went through, by `train_s`.
        peak_gb: Peak memory of the whole process.
        folder: Where one of our runs left its metrics and `model`.
    """

    name: str
    metrics: dict[str, float]
    train_s: float
    examples_per_s: float
    peak_gb: float
    folder: str | None = None

    def record(self) -> dict[str, Any]:
        """Returns what `results.json` keeps: all but the folder, which does not outlive the run."""
        return {name: value for name, value in asdict(self).items() if name != "folder"}

    def row(self) -> str:
        """Returns the system's line in a table."""
        shown = (self.metrics.get(name) for name in ("recall@10", "recall@100", "novel_recall@100"))
        recalls = "  ".join("     -" if value is None else f"{value:6.3f}" for value in shown)
        return (
            f"{self.name:32} {recalls}  {self.train_s:8.1f} {self.examples_per_s:12,.0f} {self.peak_gb:7.2f}"
        )


HEADER = f"{'system':32}   r@10   r@100  novel  {'train s':>8} {'examples/s':>12} {'peak GB':>7}"


@dataclass
class Bench:
    """A local cloud with the protocol's rows, and the way to train on them."""

    machine: Machine
    settings: Settings
    _transformed: dict[str, Path] = field(default_factory=dict)

    def rows_folder(self) -> str:
        """Returns the folder of the staged rows, a Parquet file a split."""
        return str(self._on_disk(self._prepared(FEATURES, retrieval_models()[0], {}).rows_uri))

    def peer(self, name: str, seed: int = 1) -> Measured:
        """Trains and measures a system of `benchmarks.peers`."""
        found = in_trainer("benchmarks.peers", name, self.rows_folder(), str(seed))
        keys = ("train_s", "examples_per_s", "peak_gb")
        metrics = {key: value for key, value in found.items() if key not in keys}
        return Measured(name, metrics, *(found[key] for key in keys))

    def ours(self, model: str, seed: int = 1, features: str = FEATURES, **changes: Any) -> Measured:
        """Trains and measures one of our model configs on the Transform output of a pipeline.

        Args:
            model: Name of the model config.
            seed: Of weights and order.
            features: Name of the feature config.
            changes: Run parameters that replace the config's, such as `batch_size`.
        """
        prepared = self._prepared(features, model, {"seed": seed, **changes})
        config = prepared.request().parameters["trainer_config"]
        module = str(self._on_disk(prepared.modules["trainer_module_uri"]))
        out = self.machine.settings.home / "trained" / prepared.experiment.experiment_id
        out.mkdir(parents=True, exist_ok=True)
        transformed = str(self.transformed(features, model))
        found = in_trainer("benchmarks.trainer_run", module, transformed, config, str(out))
        run = found["metrics"]
        train_s = sum(epoch["duration_s"] for epoch in run["epochs"])
        examples = sum(epoch["duration_s"] * epoch["examples_per_s"] for epoch in run["epochs"])
        return Measured(
            f"recsflow {model}", run["test"], train_s, examples / train_s, found["peak_gb"], str(out)
        )

    def transformed(self, features: str, model: str) -> Path:
        """Returns the folder of a Transform; its pipeline runs once for each feature config."""
        if features not in self._transformed:
            prepared = self._prepared(features, model, {"epochs": 1})
            wait_for_warm_host(self.machine)
            job, _ = run_job(prepared)
            self._transformed[features] = self._on_disk(self._output_of_transform(job))
        return self._transformed[features]

    def _output_of_transform(self, job: Job) -> str:
        root = self.settings.layout.pipeline_root
        output = re.compile(rf"(.*/)?{re.escape(job.job_id)}/Transform_[^/]+")
        (folder,) = (file.path for file in storage.list_files(root) if output.fullmatch(file.path))
        return f"{root}/{folder}"

    def _on_disk(self, uri: str) -> Path:
        return local_copy(uri, self.machine.settings.home / "on_disk")

    def _prepared(self, features: str, model: str, changes: dict[str, Any]) -> Prepared:
        named = {"dataset": DATASET, "features": features, "model": model, "sample_percent": 100}
        run_id = "-".join([features, model, *(f"{key}-{value}" for key, value in sorted(changes.items()))])
        return prepare(self.settings, named | changes, run_id)


@contextmanager
def bench() -> Iterator[Bench]:
    """Starts a local cloud with the sample data, and stops it at the end."""
    with temporary_machine("bigquery", "vertex") as machine:
        yield Bench(machine, use(machine))


def retrieval_models() -> Sequence[str]:
    """Returns the names of all shipped model configs of type retrieval."""
    from include.configs import list_configs
    from include.experiment.config.loader import load_model

    return [name for name in list_configs("models") if load_model(name).type == "retrieval"]


def in_trainer(module: str, *arguments: str) -> Any:
    """Runs a module in the trainer environment; returns the JSON of its last line."""
    python = REPOSITORY / "trainer_image" / ".venv" / "bin" / "python"
    environment = os.environ | {
        "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'trainer_image'}",
        "TF_USE_LEGACY_KERAS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    done = subprocess.run(
        [str(python), "-m", module, *arguments],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{module} {arguments[0]} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])
