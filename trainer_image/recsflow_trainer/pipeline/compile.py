"""Command line that compiles a topology: `python -m recsflow_trainer.pipeline.compile`."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from recsflow_trainer.pipeline.errors import TopologyError
from recsflow_trainer.pipeline.topology import Topology


def compile_topology(topology: Topology) -> str:
    """Returns the pipeline job, as JSON, that Vertex AI Pipelines takes."""
    # Importing TFX takes half a minute; a topology with a mistake is refused before that.
    from absl import logging
    from tfx.orchestration.kubeflow.v2 import kubeflow_v2_dag_runner

    from recsflow_trainer.pipeline.definition import build_pipeline

    # TFX warns at length that modules given as parameters are not packaged, which is what is wanted.
    logging.set_verbosity(logging.ERROR)
    config = kubeflow_v2_dag_runner.KubeflowV2DagRunnerConfig(default_image=topology.trainer_image)
    runner = kubeflow_v2_dag_runner.KubeflowV2DagRunner(config=config)
    job = runner.run(build_pipeline(topology), write_out=False)
    return json.dumps(job, indent=2, sort_keys=True) + "\n"


def write_atomically(path: Path, text: str) -> None:
    """Writes a file so that a reader sees all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def main(arguments: Sequence[str] | None = None) -> int:
    """Compiles one topology file into one spec file and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m recsflow_trainer.pipeline.compile", description=__doc__)
    parser.add_argument("--topology", type=Path, required=True, help="JSON file with the topology")
    parser.add_argument("--output", type=Path, required=True, help="where the compiled pipeline job goes")
    options = parser.parse_args(arguments)
    try:
        topology = Topology.from_json(options.topology.read_text(), source=str(options.topology))
        write_atomically(options.output, compile_topology(topology))
    except (TopologyError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
