"""What a hundred scheduled entries add to parsing dags/, beside the same DAGs made one by one."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks.dag_import import IMPORT_OURS, ROOT, once
from benchmarks.result import Result

ENTRIES = 100
ROUNDS = 15
SCHEDULE = """schedule: "0 5 * * 1"
dataset: complete_journey
features: assortment
model: history
parameters: {learning_rate: 0.02, epochs: 4}
"""
ONE_BY_ONE = """
from recsflow.forms.experiment import experiment_params
from recsflow.workflow import experiment_workflow
began = time.perf_counter()
for entry in range({entries}):
    with airflow.sdk.DAG(f"entry_{{entry}}", schedule="0 5 * * 1", params=experiment_params()):
        experiment_workflow()
"""


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
        ours = IMPORT_OURS.format(paths=paths)
        # In turns, since a busy machine slows what runs at the same time alike.
        pairs = [(once(ours, none), once(ours, many)) for _ in range(ROUNDS)]
        one_by_one_s = once(ONE_BY_ONE.format(entries=ENTRIES), none)
    Result(
        name="schedule-parsing",
        value=statistics.median(full - empty for empty, full in pairs),
        unit="s",
        goal="<= 0.1",
        peer="the same DAGs, each made anew with its params checked by Airflow",
        details={
            "without_entries_s": statistics.median(empty for empty, _ in pairs),
            "with_entries_s": statistics.median(full for _, full in pairs),
            "one_by_one_s": one_by_one_s,
            "entries": ENTRIES,
            "rounds": ROUNDS,
        },
    ).report()


if __name__ == "__main__":
    main()
