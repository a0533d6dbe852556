"""What parsing dags/ costs on top of `import airflow.sdk`, beside a file with the provider operator."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.result import Result

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5

TIMED = """
import sys, time
sys.path[:0] = [{root!r}, {plugins!r}]
import airflow.sdk
began = time.perf_counter()
{statement}
print(time.perf_counter() - began)
"""
IMPORT_OURS = """
import runpy
for path in {paths!r}:
    runpy.run_path(path)
"""
IMPORT_PEER = (
    "from airflow.providers.google.cloud.operators.vertex_ai.pipeline_job import RunPipelineJobOperator"
)


def once(statement: str, configs: Path = ROOT / "include" / "configs") -> float:
    """Returns the seconds of the statement in a fresh interpreter, after `import airflow.sdk`."""
    environment = os.environ | {"RECSFLOW_CONFIG_ROOT": str(configs)}
    code = TIMED.format(root=str(ROOT), plugins=str(ROOT / "plugins"), statement=statement)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout.split()[-1])


def seconds(statement: str) -> float:
    """Returns the median seconds of the statement in fresh interpreters."""
    return statistics.median(once(statement) for _ in range(ROUNDS))


def main() -> None:
    """Measures both in one run and reports the seconds added by our DAG files."""
    paths = sorted(str(path) for path in (ROOT / "dags").glob("*.py"))
    ours_s = seconds(IMPORT_OURS.format(paths=paths))
    peer_s = seconds(IMPORT_PEER)
    Result(
        name="dag-import",
        value=ours_s,
        unit="s",
        goal="<= 0.3",
        peer="a DAG file with the Google provider's Vertex operator at its top",
        details={"ours_s": ours_s, "peer_s": peer_s, "dag_files": len(paths), "rounds": ROUNDS},
    ).report()


if __name__ == "__main__":
    main()
