"""Images that steps of builds run in: the trainer's, and the one with Google's command line.

A step's command is its entry point with its arguments; without an entry point, the image's own takes them
(https://cloud.google.com/build/docs/build-config-file-schema#entrypoint). Google's image has none, so the
first argument is the program; the trainer's starts workers of Dataflow.
"""

import os
import re
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from local_cloud.cloud_build import google_cloud_cli
from local_cloud.cloud_build.google_cloud_cli import MOUNT, PROGRAMS, local_path
from local_cloud.vertex.allowed_code import check_command
from local_cloud.vertex.container_output import OutputPipes
from local_cloud.vertex.errors import InvalidArgumentError
from local_cloud.vertex.host_client import HostClient

CLOUD_CLI = re.compile(r"gcr\.io/google\.com/cloudsdktool/google-cloud-cli(:[\w.-]+|@sha256:[0-9a-f]{64})?")
MODULES = frozenset({"recsflow_trainer.pipeline.compile"})
OTHERS_MAY_WRITE = 0o002
FAILED = 1


class NoImage(Exception):
    """There is no such image."""


class NotStarted(Exception):
    """The container of a step did not start; says why, as Docker does."""


class StepProcess(ABC):
    """The process of a step."""

    @abstractmethod
    def run(self, output: OutputPipes) -> int:
        """Runs it to its end and returns its exit status."""

    @abstractmethod
    def kill(self) -> None:
        """Ends it with all that it started, also where it has not begun."""


class StepImages:
    """All images that there are.

    Args:
        trainer_image: returns the name of the trainer's.
        host: runs what the trainer's image has.
    """

    def __init__(self, trainer_image: Callable[[], str], host: HostClient) -> None:
        self._trainer_image = trainer_image
        self._host = host

    def check(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Refuses commands in the trainer's image that are not the product's, or that leave the workspace."""
        for number, step in enumerate(steps):
            if step["name"] != self._trainer_image():
                continue
            command = _command(step)
            check_command(command, MODULES, f"build.steps[{number}]")
            for word in command[3:]:
                if local_path(word.rpartition("=")[2], Path(MOUNT)) is None:
                    raise InvalidArgumentError(
                        f"build.steps[{number}].args has {word!r}; a step's files are below {MOUNT}."
                    )

    def process(self, step: Mapping[str, Any], folder: Path) -> StepProcess:
        """Returns the process of a step, which sees a folder as its workspace.

        Raises:
            NoImage: There is no image of this name.
            NotStarted: The image has no such program.
        """
        command = _command(step)
        if CLOUD_CLI.fullmatch(step["name"]):
            return CloudCliProcess(command, folder)
        if step["name"] != self._trainer_image():
            raise NoImage
        mapped = [re.sub(rf"(^|=){MOUNT}(?=/|$)", rf"\g<1>{folder}", word) for word in command]
        return TrainerProcess(self._host, mapped, folder)


class TrainerProcess(StepProcess):
    """A fork of the component host."""

    def __init__(self, host: HostClient, command: Sequence[str], folder: Path) -> None:
        self._host = host
        self._command = command
        self._folder = folder
        self._run_id: int | None = None
        self._killed = threading.Event()

    def run(self, output: OutputPipes) -> int:
        """Runs the command in the workspace."""
        # The image's user is none of those who may write there by default, as this machine's user may.
        if not self._folder.stat().st_mode & OTHERS_MAY_WRITE:
            output.stderr.write_text(f"PermissionError: [Errno 13] Permission denied: {MOUNT!r}\n")
            return FAILED
        return self._host.run(self._command, output, self._on_start, self._folder).container_status

    def kill(self) -> None:
        """Ends it."""
        self._killed.set()
        if self._run_id is not None:
            self._host.kill(self._run_id)

    def _on_start(self, run_id: int) -> None:
        self._run_id = run_id
        if self._killed.is_set():
            self._host.kill(run_id)


class CloudCliProcess(StepProcess):
    """A process of the stand-in for Google's command line."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        if not command or command[0] not in PROGRAMS:
            raise NotStarted(f'exec: "{"".join(command[:1])}": executable file not found in $PATH')
        script = str(Path(google_cloud_cli.__file__))
        self._command = [sys.executable, "-P", script, str(os.getpid()), str(folder), *command]
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._killed = False

    def run(self, output: OutputPipes) -> int:
        """Runs the command."""
        with output.stdout.open("wb") as stdout, output.stderr.open("wb") as stderr:
            with self._lock:
                if self._killed:
                    return FAILED
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
                )
            status = self._process.wait()
        return status if status >= 0 else 128 - status

    def kill(self) -> None:
        """Ends it; it starts no other process."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()


def _command(step: Mapping[str, Any]) -> list[str]:
    return [*filter(None, [step.get("entrypoint")]), *step.get("args", [])]
