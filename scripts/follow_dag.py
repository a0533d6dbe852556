"""Runs `airflow dags test` and shows what a person follows: tasks, progress, the reason of a failure.

Usage: follow_dag.py LOG_FILE DAG_ID [--conf JSON]

The whole log goes to LOG_FILE. Exit status: that of the DAG run, 2 where a value of the JSON is none that
its parameter may have. Ctrl-C cancels the pipeline job.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from typing import TextIO

from include.experiment.checks.value_checks import check_values
from local_cloud.locks import locked
from scripts.interruption import Interruption

PROGRESS_MARK = "recsflow | "
FAILURES = ("FAILED ", "WILL RETRY ")
TRACEBACK = "Traceback (most recent call last)"
TASK_RUNNING = re.compile(r"\[DAG TEST\] running task <TaskInstance: \S+ (?P<run_id>\S+)")
TASK_STARTED = re.compile(r"\[DAG TEST\] starting task_id=(?P<task_id>[\w.]+) map_index=(?P<map_index>-?\d+)")
LOG_RECORD = re.compile(r"^\S*\d{4}-\d\d-\d\dT\S+ \[")
LOGGER_SUFFIX = re.compile(r"\s+\[recsflow[\w.]*\](?: \w+=.*)?$")
TERMINAL_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def progress(lines: Iterable[str]) -> Iterator[str]:
    """Yields the lines of a DAG test's log that a person wants to see, in order.

    Args:
        lines: the log as `airflow dags test` prints it, terminal styles removed.

    Yields:
        The start of each task, our tasks' own progress lines, and an exception without the frames where no
        task told the failure in its own words. A mapped task is shown with its index, and only where it
        says something: one that waits for its turn starts again and again.
    """
    error, waiting = _Error(), ""
    for line in lines:
        if started := TASK_STARTED.search(line):
            yield from _silent(waiting, error)
            error.forget()
            waiting = _title(started["task_id"], int(started["map_index"]))
            if int(started["map_index"]) < 0:
                yield waiting
                waiting = ""
        elif PROGRESS_MARK in line:
            message = LOGGER_SUFFIX.sub("", line.split(PROGRESS_MARK, 1)[1]).partition(" | ")[2]
            told = error.told(by_task=message.startswith(FAILURES))
            yield from filter(None, (waiting, *told, f"    {message}"))
            waiting = ""
        else:
            error.read(line)
    yield from _silent(waiting, error)


def _silent(title: str, error: _Error) -> Iterator[str]:
    """Yields the error of a task that said nothing itself, below its title where that is still owed."""
    if told := error.told():
        yield from filter(None, (title, *told))


def _title(task_id: str, map_index: int) -> str:
    """Returns the line that begins a task: `- stage_dataset`, or `- trial 3: stage_dataset`."""
    group, _, name = task_id.rpartition(".")
    if map_index < 0:
        return f"- {task_id}"
    return f"- {group} {map_index}: {name}" if group else f"- {name} {map_index}"


class _Error:
    """The exception of the last traceback in a log."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._in_traceback = False
        self._is_told = False

    def read(self, line: str) -> None:
        """Take the next line, whatever it is."""
        if self._is_told:
            return
        if line.startswith(TRACEBACK):
            self._lines, self._in_traceback = [], True
        elif not line or LOG_RECORD.match(line):
            # What follows an empty line explains the exception at length.
            self._in_traceback = self._in_traceback and not self._lines
        elif self._in_traceback and (self._lines or not line.startswith(" ")):
            self._lines.append(line)

    def forget(self) -> None:
        """Begin with another task, which has said nothing yet."""
        self._lines, self._in_traceback, self._is_told = [], False, False

    def told(self, *, by_task: bool = False) -> list[str]:
        """Return the exception once, unless the task says it itself: its frames come after its words."""
        self._is_told = by_task or self._is_told
        lines, self._lines, self._in_traceback = self._lines, [], False
        return [] if by_task else [f"  ! {line}" for line in lines]


def own_log(wanted: Path) -> TextIO:
    """Open a log that no other run writes: `run.log`, or `run-2.log` where that is there."""
    wanted.parent.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        path = wanted if number == 1 else wanted.with_stem(f"{wanted.stem}-{number}")
        with suppress(FileExistsError):
            return path.open("x", encoding="utf-8")
    raise AssertionError


def main() -> int:
    """Runs the DAG named on the command line; returns the process's exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("log_file", type=Path)
    parser.add_argument("dag_id")
    parser.add_argument("--conf", default="{}")
    arguments = parser.parse_args()
    if refusal := _refusal(arguments.conf):
        print(f"error: {refusal}", file=sys.stderr)
        return 2

    began = time.monotonic()
    airflow = Path(sys.executable).with_name("airflow")
    command = [str(airflow), "dags", "test", arguments.dag_id, "--conf", arguments.conf]
    with own_log(arguments.log_file) as log, ExitStack() as registering:
        interruption = Interruption()
        # Airflow registers the DAGs' assets first, and two runs that do so at once collide.
        registering.enter_context(locked(Path(os.environ["AIRFLOW_HOME"]) / "registering.lock"))
        run_id = ""
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"NO_COLOR": "1"},
            process_group=0,
        )
        interruption.watch(process)

        def recorded() -> Iterator[str]:
            nonlocal run_id
            for raw in process.stdout or ():
                log.write(raw)
                log.flush()
                line = TERMINAL_STYLE.sub("", raw.rstrip("\n"))
                interruption.read(line)
                if TASK_STARTED.search(line):
                    registering.close()
                elif running := TASK_RUNNING.search(line):
                    run_id = running["run_id"]
                yield line

        for line in progress(recorded()):
            print(line, flush=True)
        status = process.wait()
    if interruption.was_cut_off and run_id:
        module = [sys.executable, "-m", "scripts.stopped_run", arguments.dag_id, run_id]
        subprocess.run(module, check=False)
    outcome = "succeeded" if status == 0 else "was stopped" if interruption.asked else "failed"
    duration_s = time.monotonic() - began
    print(f"\n{arguments.dag_id} {outcome} after {duration_s:.0f} s; full log: {log.name}")
    return status


def _refusal(conf: str) -> str:
    """Returns why a run cannot have this JSON, empty where it can as far as its values go."""
    try:
        given = json.loads(conf)
    except ValueError as error:
        return f"PARAMS is {conf!r}, which is no JSON ({error}); write a JSON object."
    if not isinstance(given, dict):
        return f"PARAMS is {conf!r}; write a JSON object."
    return "\n".join(str(problem) for problem in check_values(given))


if __name__ == "__main__":
    raise SystemExit(main())
