"""Runs component commands in forks of one process that has TFX imported.

Runs in the trainer environment. Importing TFX takes half a minute, a fork a few milliseconds. The server
talks to it in lines of JSON:

    in   {"op": "run", "id": 1, "argv": ["python", "-m", module, …], "log": path}
         {"op": "terminate", "id": 1}     {"op": "kill", "id": 1}
    out  {"op": "ready"}     {"op": "exited", "id": 1, "status": 0, "signal": 0, "peak_memory_mib": 512}
"""

import contextlib
import ctypes
import importlib
import json
import logging
import os
import runpy
import selectors
import signal
import sys
import traceback
import warnings
from typing import Any

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


class ComponentHost:
    """The parent process: reads commands, forks, reports how the children ended."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._ids_by_pid: dict[int, int] = {}
        self._buffer = b""

    def serve(self) -> None:
        """Works until the server closes its end; children do not outlive it."""
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
                        _kill_group(pid)
                    return

    def _read_commands(self) -> bool:
        chunk = os.read(self._commands, 1 << 16)
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            command = json.loads(line)
            if command["op"] == "run":
                self._run(command)
            else:
                end = _terminate if command["op"] == "terminate" else _kill_group
                for pid, task_id in self._ids_by_pid.items():
                    if task_id == command["id"]:
                        end(pid)
        return bool(chunk)

    def _run(self, command: dict[str, Any]) -> None:
        pid = os.fork()
        if pid == 0:
            os.close(self._commands)
            os.close(self._answers)
            run_component(command["argv"], command["log"])
        # Set on both sides, so that a kill finds the group however soon it comes.
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        self._ids_by_pid[pid] = command["id"]

    def _reap(self) -> None:
        while self._ids_by_pid:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            task_id = self._ids_by_pid.pop(pid, None)
            if task_id is None:
                continue
            # Workers that the component left behind go with it.
            _kill_group(pid)
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


def _terminate(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def run_component(argv: list[str], log: str) -> None:
    """Runs `python -m module …` in this forked process, writing to the log; does not return."""
    status = 1
    try:
        os.setpgid(0, 0)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(file, 1)
        os.dup2(file, 2)
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
