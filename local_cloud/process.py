"""Background processes that outlive the command that started them, known by pid and start time."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


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
        try:
            record = json.loads(self.pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return record["pid"] if start_time(record["pid"]) == record["start_time"] else None

    def start(
        self, argv: Sequence[str], environment: Mapping[str, str], cwd: Path
    ) -> subprocess.Popen[bytes]:
        """Starts the process in a session of its own, writing to the log file."""
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(
                argv,
                env=dict(environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid_file.write_text(json.dumps({"pid": process.pid, "start_time": start_time(process.pid)}))
        return process

    def stop(self, timeout_s: float = 20.0) -> bool:
        """Ends the process and its group; returns whether there was one to end."""
        pid = self.pid()
        if pid is None:
            self.pid_file.unlink(missing_ok=True)
            return False
        try:
            # The leader first: it may want to end its children in order.
            os.kill(pid, signal.SIGTERM)
            self._wait_until_gone(pid, timeout_s)
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.pid_file.unlink(missing_ok=True)
        return True

    def _wait_until_gone(self, pid: int, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while self.pid() == pid and time.monotonic() < deadline:
            time.sleep(0.1)

    def log_tail(self, lines: int = 15) -> str:
        """Returns the last lines of the log."""
        try:
            text = self.log_file.read_text(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])
