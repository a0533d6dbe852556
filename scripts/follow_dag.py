"""Runs `airflow dags test` and shows what a person follows: tasks, progress, the reason of a failure.

Usage: follow_dag.py LOG_FILE DAG_ID [--conf JSON]

The whole log goes to LOG_FILE. Exit status: that of the DAG run.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

PROGRESS_MARK = "recsflow | "
TASK_STARTED = re.compile(r"\[DAG TEST\] starting task_id=(?P<task_id>\w+)")
LOG_RECORD = re.compile(r"^\S*\d{4}-\d\d-\d\dT\S+ \[")
LOGGER_SUFFIX = re.compile(r"\s+\[recsflow[\w.]*\](?: \w+=.*)?$")
TERMINAL_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def progress(lines: Iterable[str]) -> Iterator[str]:
    """Yields the lines of a DAG test's log that a person wants to see, in order.

    Args:
        lines: the log as `airflow dags test` prints it, terminal styles removed.

    Yields:
        The start of each task, our tasks' own progress lines, and for a failed task its exception without the
        frames.
    """
    in_traceback = False
    for line in lines:
        if started := TASK_STARTED.search(line):
            yield f"- {started['task_id']}"
        elif PROGRESS_MARK in line:
            message = LOGGER_SUFFIX.sub("", line.split(PROGRESS_MARK, 1)[1])
            yield "    " + message.partition(" | ")[2]
        elif line.startswith("Traceback (most recent call last)"):
            in_traceback = True
            continue
        elif in_traceback and line and not line.startswith(" ") and not LOG_RECORD.match(line):
            yield f"  ! {line}"
            continue
        if LOG_RECORD.match(line):
            in_traceback = False


def main() -> int:
    """Runs the DAG named on the command line; returns the process's exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("log_file", type=Path)
    parser.add_argument("dag_id")
    parser.add_argument("--conf", default="{}")
    arguments = parser.parse_args()

    arguments.log_file.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    airflow = Path(sys.executable).with_name("airflow")
    command = [str(airflow), "dags", "test", arguments.dag_id, "--conf", arguments.conf]
    with arguments.log_file.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"NO_COLOR": "1"},
        )

        def recorded() -> Iterator[str]:
            for raw in process.stdout or ():
                log.write(raw)
                log.flush()
                yield TERMINAL_STYLE.sub("", raw.rstrip("\n"))

        try:
            for line in progress(recorded()):
                print(line, flush=True)
        except KeyboardInterrupt:
            process.terminate()
        status = process.wait()
    outcome = "succeeded" if status == 0 else "failed"
    duration_s = time.monotonic() - began
    print(f"\n{arguments.dag_id} {outcome} after {duration_s:.0f} s; full log: {arguments.log_file}")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
