"""Finding the processes of a server when the one that was started has ended and the others live on.

What we start carries two marks that it hands on to what it starts: a variable of the environment, and its
standard input. A process may overwrite the first (a new title does) and replace the second; then it is known
by its session or its parent, which nobody enters from outside.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

MARK = "RECSFLOW_STARTED_BY"


def started_by(pid_file: Path, leader: int | None) -> set[psutil.Process]:
    """Returns the live processes that descend from what was started with a pid file, and no other.

    Args:
        pid_file: The mark of what was started.
        leader: The process that was started, where it is alive.
    """
    own = _of_this_user()
    marked = {process for process in own if process.pid == leader or _is_marked(process, str(pid_file))}
    sessions = {session for process in marked if (session := _session(process)) is not None}
    members = {process for process in own if _session(process) in sessions}
    # The command that asks may itself have been started by the server.
    return {child for process in members for child in _tree(process)} - set(_lineage())


def _of_this_user() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.uids().real == os.getuid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _is_marked(process: psutil.Process, mark: str) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        if process.environ().get(MARK) == mark:
            return True
    with contextlib.suppress(psutil.Error, OSError):
        return any(file.fd == 0 and file.path == mark for file in process.open_files())
    return False


def _session(process: psutil.Process) -> int | None:
    try:
        return os.getsid(process.pid)
    except OSError:
        return None


def _tree(process: psutil.Process) -> Iterable[psutil.Process]:
    yield process
    with contextlib.suppress(psutil.Error):
        yield from process.children(recursive=True)


def _lineage() -> Iterator[psutil.Process]:
    process = psutil.Process()
    yield process
    yield from process.parents()
