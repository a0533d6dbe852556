"""Runs component commands in forks of one process that has TFX imported.

Runs in the trainer environment. Importing TFX takes half a minute, a fork a few milliseconds. The server
talks to it in lines of JSON:

    in   {"op": "run", "id": 1, "argv": ["python", "-m", module, …], "output": [path, path], "folder": path}
         {"op": "terminate", "id": 1}     {"op": "kill", "id": 1}
    out  {"op": "ready"}     {"op": "exited", "id": 1, "status": 0, "signal": 0, "peak_memory_mib": 512}
"""

import contextlib
import ctypes
import importlib
import json
import logging
import os
import resource
import runpy
import selectors
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any, NoReturn

# The project's own library is not among them: a component imports it afresh, as it is on disk.
PRELOADED = (
    "tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor",
    "tfx.orchestration.kubeflow.v2.file_based_example_gen.driver",
    "tfx.components",
    "tfx.components.example_gen.custom_executors.parquet_executor",
    "tfx.components.transform.executor",
    "tfx_bsl.coders.example_coder",
    "tensorflow_transform.beam",
    "tensorflow_data_validation",
    "tensorflow_recommenders",
    "tf_keras",
)
QUIET_LOGGERS = ("apache_beam", "tensorflow", "h5py", "matplotlib", "urllib3")
# Files of TFX and TensorFlow whose messages below an error fill the log and say nothing about the run: dumps
# of messages, labels that were trimmed, flags of Beam that another part takes.
NOISY_FILES = frozenset(
    {
        "dependency_utils.py",
        "examples_utils.py",
        "fingerprinting_utils.py",
        "functional_saver.py",
        "kubeflow_v2_run_executor.py",
        "logger.py",
        "pipeline_options.py",
        "telemetry_utils.py",
        "tensor_representation_util.py",
        "udf_utils.py",
    }
)
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# To a supervisor: end the component with all that it started. The kernel sends it when the host is gone.
END_ALL = signal.SIGUSR1
SUPERVISED = {signal.SIGCHLD, signal.SIGTERM, END_ALL}
POLL_S = 0.01


class ComponentHost:
    """The parent process: reads commands, forks, reports how the children ended."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._ids_by_pid: dict[int, int] = {}
        self._buffer = b""

    def serve(self) -> None:
        """Works until the server closes its end; children do not outlive it."""
        _control(PR_SET_CHILD_SUBREAPER, 1)
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write)
        # A handler must exist, or the end of a child does not wake the loop.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        selector = selectors.DefaultSelector()
        selector.register(self._commands, selectors.EVENT_READ)
        selector.register(wake_read, selectors.EVENT_READ)
        self._answer({"op": "ready"})
        while True:
            for key, _ in selector.select():
                if key.fd == wake_read:
                    os.read(wake_read, 4096)
                    self._reap()
                elif not self._read_commands():
                    for pid in self._ids_by_pid:
                        _send(pid, END_ALL)
                    while self._ids_by_pid:
                        self._ids_by_pid.pop(os.wait()[0], None)
                    return

    def _read_commands(self) -> bool:
        chunk = os.read(self._commands, 1 << 16)
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            command = json.loads(line)
            if command["op"] == "run":
                self._run(command)
            else:
                number = signal.SIGTERM if command["op"] == "terminate" else END_ALL
                for pid, task_id in self._ids_by_pid.items():
                    if task_id == command["id"]:
                        _send(pid, number)
        return bool(chunk)

    def _run(self, command: dict[str, Any]) -> None:
        # Blocked over the fork, so that no signal to the supervisor is lost however soon it comes.
        signal.pthread_sigmask(signal.SIG_BLOCK, SUPERVISED)
        pid = os.fork()
        if pid == 0:
            os.close(self._commands)
            os.close(self._answers)
            supervise(command["argv"], command["output"], command["folder"])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SUPERVISED)
        self._ids_by_pid[pid] = command["id"]

    def _reap(self) -> None:
        while self._ids_by_pid:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            task_id = self._ids_by_pid.pop(pid, None)
            if task_id is None:
                continue
            if os.WIFSIGNALED(status):
                # What a supervisor that was killed has left is ours now.
                _end_descendants(spared=set(self._ids_by_pid))
            self._answer(
                {
                    "op": "exited",
                    "id": task_id,
                    "status": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1,
                    "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
                    "peak_memory_mib": usage.ru_maxrss // (1024 if sys.platform == "linux" else 1 << 20),
                }
            )

    def _answer(self, message: dict[str, Any]) -> None:
        os.write(self._answers, json.dumps(message).encode() + b"\n")


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _control(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value)


def supervise(argv: list[str], output: list[str], folder: str) -> NoReturn:
    """Runs a component in a fork and ends all that it started, wherever it went; ends as the component did.

    Whatever loses its parent below this process becomes its child, also in a session of its own.
    """
    host = os.getppid()
    signal.set_wakeup_fd(-1)
    _control(PR_SET_CHILD_SUBREAPER, 1)
    _control(PR_SET_PDEATHSIG, END_ALL)
    component = os.fork()
    if component == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SUPERVISED)
        run_component(argv, output, folder)
    # Without a host, nobody waits for this component any more.
    status = None if os.getppid() == host else int(signal.SIGKILL)
    while status is None:
        number = signal.sigwait(SUPERVISED)
        if number == END_ALL:
            status = int(signal.SIGKILL)
        elif number == signal.SIGTERM:
            _send(component, signal.SIGTERM)
        else:
            status = _ended_children().get(component)
    _end_descendants()
    _end_as(status)


def _ended_children() -> dict[int, int]:
    """Returns the wait statuses of the children that ended, by pid."""
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while (child := os.waitpid(-1, os.WNOHANG))[0]:
            ended[child[0]] = child[1]
    return ended


def _end_as(status: int) -> NoReturn:
    """Ends this process with a wait status, so that the host sees the component's own end."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))


def _end_descendants(spared: Container[int] = ()) -> None:
    """Ends all that descends from this process, but for spared children with what is below them."""
    while found := _descendants(os.getpid(), spared):
        for pid in found:
            _send(pid, signal.SIGKILL)
        for pid in found:
            # What is no child of ours becomes one when its parent has ended.
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(POLL_S)


def _descendants(root: int, spared: Container[int]) -> list[int]:
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        if pid not in spared:
            children.setdefault(parent, []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found[1:]


def _parents() -> Iterator[tuple[int, int]]:
    """Yields each process with its parent."""
    if sys.platform != "linux":
        listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True)
        yield from ((int(pid), int(parent)) for pid, parent in map(str.split, listed.stdout.splitlines()))
        return
    for stat in Path("/proc").glob("[0-9]*/stat"):
        # The command, in parentheses, may itself hold spaces; the state and the parent follow it.
        with contextlib.suppress(OSError):
            yield int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])


def run_component(argv: list[str], output: list[str], folder: str) -> NoReturn:
    """Runs `python -m module …` in this forked process; does not return.

    Args:
        argv: the command.
        output: the files for standard output and standard error.
        folder: where it runs; where the host does if it is empty.
    """
    status = 1
    try:
        os.setpgid(0, 0)
        _control(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, path in enumerate(output, start=1):
            os.dup2(os.open(path, os.O_WRONLY), number)
        if folder:
            os.chdir(folder)
        sys.argv = [argv[2], *argv[3:]]
        runpy.run_module(argv[2], run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        # TensorFlow's and gRPC's threads did not survive the fork; their exit handlers would wait for them.
        os._exit(status)


def quiet_logs() -> None:
    """Leaves in the components' logs what a person on call can use."""
    from absl import logging as absl_logging

    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Running a module that is imported already is what this process is for.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module="runpy")
    absl_logging.get_absl_handler().addFilter(
        lambda record: record.levelno >= logging.ERROR or record.filename not in NOISY_FILES
    )


def main() -> None:
    """Imports TFX and serves the commands that arrive on standard input."""
    commands, answers = os.dup(0), os.dup(1)
    # Libraries that print while they are imported must not be read as answers.
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    for name in PRELOADED:
        importlib.import_module(name)
    quiet_logs()
    ComponentHost(commands, answers).serve()


if __name__ == "__main__":
    main()
