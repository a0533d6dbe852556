"""What a hundred scheduled entries add to parsing dags/, beside the same DAGs made one by one."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.result import Result

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 7
ENTRIES = 100
SCHEDULE = """schedule: "0 5 * * 1"
dataset: complete_journey
features: assortment
model: history
parameters: {learning_rate: 0.02, epochs: 4}
"""
TIMED = """
import runpy, sys, time
sys.path[:0] = [{root!r}, {plugins!r}]
import airflow.sdk
began = time.perf_counter()
{statements}
print(time.perf_counter() - began)
"""
OURS = """
for path in {paths!r}:
    runpy.run_path(path)
"""
ONE_BY_ONE = """
from recsflow.params import experiment_params
from recsflow.workflow import experiment_workflow
began = time.perf_counter()
for entry in range({entries}):
    with airflow.sdk.DAG(f"entry_{{entry}}", schedule="0 5 * * 1", params=experiment_params()):
        experiment_workflow()
"""


def seconds(statements: str, configs: Path) -> float:
    """Returns the median seconds of the statements in a fresh interpreter, after `import airflow.sdk`."""
    code = TIMED.format(root=str(ROOT), plugins=str(ROOT / "plugins"), statements=statements)
    environment = os.environ | {"RECSFLOW_CONFIG_ROOT": str(configs)}
    rounds = (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
        )
        for _ in range(ROUNDS)
    )
    return statistics.median(float(done.stdout.split()[-1]) for done in rounds)


def configs_with(entries: int, folder: Path) -> Path:
    """Copies the shipped configs to a folder, with that many schedules in place of the shipped ones."""
    shutil.copytree(ROOT / "include" / "configs", folder)
    shutil.rmtree(folder / "schedules")
    (folder / "schedules").mkdir()
    for entry in range(entries):
        (folder / "schedules" / f"entry_{entry}.yaml").write_text(SCHEDULE)
    return folder


def main() -> None:
    """Reports the seconds that the entries add to importing all of dags/."""
    paths = sorted(str(path) for path in (ROOT / "dags").glob("*.py"))
    with tempfile.TemporaryDirectory() as folder:
        none, many = (configs_with(n, Path(folder) / str(n)) for n in (0, ENTRIES))
        ours = OURS.format(paths=paths)
        empty_s, full_s = seconds(ours, none), seconds(ours, many)
        one_by_one_s = seconds(ONE_BY_ONE.format(entries=ENTRIES), none)
    Result(
        name="schedule-parsing",
        value=full_s - empty_s,
        unit="s",
        goal="<= 0.1",
        peer="the same DAGs, each made anew with its params checked by Airflow",
        details={
            "without_entries_s": empty_s,
            "with_entries_s": full_s,
            "one_by_one_s": one_by_one_s,
            "entries": ENTRIES,
            "rounds": ROUNDS,
        },
    ).report()


if __name__ == "__main__":
    main()
