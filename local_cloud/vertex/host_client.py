"""Starts the component host in the trainer environment and runs commands through it."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from local_cloud.vertex.container_output import OutputPipes
from local_cloud.vertex.errors import HostError

HOST_SCRIPT = Path(__file__).with_name("component_host.py")


@dataclass(frozen=True)
class Exit:
    """How a command ended.

    Attributes:
        status: exit status, -1 if a signal ended it.
        signal: number of that signal, or 0.
        peak_memory_mib: largest resident size of the process.
    """

    status: int
    signal: int
    peak_memory_mib: int

    @property
    def succeeded(self) -> bool:
        """Whether the command did what it was asked to."""
        return self.status == 0

    @property
    def container_status(self) -> int:
        """What a container's end is told as: 128 and the signal where one ended it."""
        return 128 + self.signal if self.signal else self.status


class HostClient:
    """One component host, started when first needed and again when it is gone."""

    def __init__(self, python: Path, log: Path, environment: Mapping[str, str]) -> None:
        self._python = python
        self._log = log
        self._environment = dict(environment)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: dict[int, Future[Exit]] = {}
        self._next_id = 1
        self._closed = False
        self._ready = threading.Event()

    @property
    def is_ready(self) -> bool:
        """Whether TFX is imported."""
        return self._ready.is_set()

    def wait_until_ready(self) -> None:
        """Waits until TFX is imported, or until it is clear that it will not be."""
        with self._lock:
            self._ensure_started()
        self._ready.wait()

    def warm_up(self) -> None:
        """Starts the host, so that TFX is imported before the first job arrives."""
        with self._lock:
            self._ensure_started()

    def run(
        self,
        argv: Sequence[str],
        output: OutputPipes,
        on_start: Callable[[int], None],
        folder: Path | None = None,
    ) -> Exit:
        """Runs a command and waits for its end.

        Args:
            argv: `["python", "-m", module, argument, …]`.
            output: what it writes to.
            on_start: is told the id by which the command can be killed.
            folder: where it runs; by default where the server does.
        """
        with self._lock:
            process = self._ensure_started()
            run_id, self._next_id = self._next_id, self._next_id + 1
            future: Future[Exit] = Future()
            self._waiting[run_id] = future
            paths = [str(output.stdout), str(output.stderr)]
            place = str(folder) if folder is not None else ""
            command = {"argv": list(argv), "output": paths, "folder": place}
            self._send(process, {"op": "run", "id": run_id, **command})
        on_start(run_id)
        return future.result()

    def terminate(self, run_id: int) -> None:
        """Tells a command to end, as a container is told to."""
        self._end("terminate", run_id)

    def kill(self, run_id: int) -> None:
        """Ends a command and every process that it started."""
        self._end("kill", run_id)

    def _end(self, how: str, run_id: int) -> None:
        with self._lock:
            if self._process is not None and run_id in self._waiting:
                self._send(self._process, {"op": how, "id": run_id})

    def close(self) -> None:
        """Ends the host and all that runs in it."""
        with self._lock:
            self._closed = True
            process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()

    def _ensure_started(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise HostError("The pipeline server is shutting down.")
        if self._process is None:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [str(self._python), "-P", str(HOST_SCRIPT)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env={**os.environ, **self._environment},
                )
            self._ready.clear()
            threading.Thread(target=self._read_answers, args=(self._process,), daemon=True).start()
        return self._process

    def _send(self, process: subprocess.Popen[bytes], message: Mapping[str, object]) -> None:
        if process.stdin is None:
            return
        try:
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()
        except OSError:
            # The reading thread sees the same end and fails everything that waits.
            return

    def _read_answers(self, process: subprocess.Popen[bytes]) -> None:
        for line in process.stdout or ():
            answer = json.loads(line)
            if answer["op"] == "ready":
                self._ready.set()
                continue
            with self._lock:
                future = self._waiting.pop(answer["id"])
            future.set_result(Exit(answer["status"], answer["signal"], answer["peak_memory_mib"]))
        status = process.wait()
        with self._lock:
            lost, self._waiting = self._waiting, {}
            self._process = None
        # Whoever waits finds out by running a command.
        self._ready.set()
        for future in lost.values():
            future.set_exception(
                HostError(f"The component host ended with status {status}; see {self._log}.")
            )
