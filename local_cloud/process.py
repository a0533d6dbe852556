"""Background processes that outlive the command that started them, known by pid and start time."""

import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from include.process_activity import Activity
from local_cloud.started_processes import MARK, started_by

# A server that is told to end closes its database and ends its parts; while it gets on, it may take a while.
STOP_IDLE_S = 20.0
STOP_LIMIT_S = 300.0
KILL_WAIT_S = 5.0


def start_time(pid: int) -> str | None:
    """Returns when a live process started, as an opaque text, or None if there is no such process.

    A pid alone is not an identity: it may have been given to somebody else's process since.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return None
        listed = subprocess.run(
            ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.split(maxsplit=1)
        return listed[1].strip() if len(listed) == 2 and not listed[0].startswith("Z") else None
    # The command, in parentheses, may itself hold spaces; the state and the start time follow it.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


class BackgroundProcess:
    """One server process, found again through its file."""

    def __init__(self, pid_file: Path, log_file: Path) -> None:
        self.pid_file = pid_file
        self.log_file = log_file

    def pid(self) -> int | None:
        """Returns the pid if the process that we started is still alive."""
        return record["pid"] if (record := self._record()) else None

    def ports(self) -> tuple[int, ...]:
        """Returns the ports that the living process was started for; none where there is no such process."""
        return tuple(record.get("ports", ())) if (record := self._record()) else ()

    def _record(self) -> dict[str, Any] | None:
        try:
            record: dict[str, Any] = json.loads(self.pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return record if start_time(record["pid"]) == record["start_time"] else None

    def processes(self) -> set[psutil.Process]:
        """Returns what is alive of the process that we started and of all that descends from it."""
        return started_by(self.pid_file, self.pid())

    def start(
        self, argv: Sequence[str], environment: Mapping[str, str], cwd: Path, ports: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        """Starts the process in a session of its own, writing to the log file; `ports` are kept beside it."""
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        self.pid_file.touch()
        # The pid file as standard input is a mark, as the variable is.
        with self.log_file.open("ab") as log, self.pid_file.open("rb") as mark:
            process = subprocess.Popen(
                argv,
                env={**environment, MARK: str(self.pid_file)},
                cwd=cwd,
                stdin=mark,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        record = {"pid": process.pid, "start_time": start_time(process.pid), "ports": list(ports)}
        self.pid_file.write_text(json.dumps(record))
        return process

    def stop(self, idle_s: float = STOP_IDLE_S) -> int:
        """Ends the process and all that descends from it; returns how many there were.

        Args:
            idle_s: Seconds without a sign of life after which those that were told to end are killed.
        """
        leader, living = self.pid(), self.processes()
        # The leader alone at first, where it lives: it may want to end its children in order.
        for told in ({process for process in living if process.pid == leader}, living):
            _send(told, signal.SIGTERM)
            self._wait_until_gone(told, idle_s)
        left = living
        while left := {process for process in left | self.processes() if process.is_running()}:
            _send(left, signal.SIGKILL)
            psutil.wait_procs(list(left), timeout=KILL_WAIT_S)
        self.pid_file.unlink(missing_ok=True)
        return len(living)

    def _wait_until_gone(self, processes: set[psutil.Process], idle_s: float) -> None:
        began = time.monotonic()
        activity = Activity(*(process.pid for process in processes), logs=[self.log_file])
        while psutil.wait_procs(list(processes), timeout=0.1)[1]:
            if activity.look() > idle_s or time.monotonic() - began > STOP_LIMIT_S:
                return

    def log_tail(self, lines: int = 15) -> str:
        """Returns the last lines of the log."""
        try:
            text = self.log_file.read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def _send(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        # Asked again by psutil: a pid that is somebody else's by now is left alone.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
