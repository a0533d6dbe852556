"""A cold compile beside the import of TFX alone, both in a fresh interpreter of the trainer environment."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.result import Result
from local_cloud.settings import LocalSettings

ROUNDS = 3
IMPORT_TFX = "from tfx import v1"
TOPOLOGY = {
    "pipeline_name": "benchmark",
    "trainer_image": "local/recsflow-trainer:benchmark",
    "project": "local",
    "location": "us-central1",
    "beam_args": [],
}


def seconds(*argv: str) -> float:
    """Returns the wall time of a command that must succeed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    began = time.perf_counter()
    subprocess.run(argv, env=environment, capture_output=True, check=True)
    return time.perf_counter() - began


def main() -> None:
    """Reports the seconds that compiling adds to the import of TFX."""
    python = str(LocalSettings.from_environment().trainer_python)
    with tempfile.TemporaryDirectory() as folder:
        topology, output = Path(folder, "topology.json"), Path(folder, "spec.json")
        topology.write_text(json.dumps(TOPOLOGY))
        compile_argv = [
            *(python, "-m", "recsflow_trainer.pipeline.compile"),
            *("--topology", str(topology), "--output", str(output)),
        ]
        # The faster of several, taken in turns: these machines are noisy, and the difference is small.
        rounds = [(seconds(*compile_argv), seconds(python, "-c", IMPORT_TFX)) for _ in range(ROUNDS)]
        compile_s, import_s = (min(times) for times in zip(*rounds, strict=True))
    Result(
        name="compile",
        value=compile_s - import_s,
        unit="s over the import of TFX",
        goal="<= 2",
        peer="importing TFX and nothing else",
        details={"compile_s": round(compile_s, 1), "import_s": round(import_s, 1)},
    ).report()


if __name__ == "__main__":
    main()
