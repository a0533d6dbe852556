"""A local cloud of one's own for a while: other folders, other ports, stopped at the end."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local_cloud.errors import LocalCloudError
from local_cloud.settings import DEFAULT_PORTS, HOST, REPOSITORY, LocalSettings

PORT_OFFSETS = range(11000, 20000, 100)


@dataclass(frozen=True)
class Machine:
    """A started local cloud.

    Attributes:
        settings: Its folders and ports.
    """

    settings: LocalSettings

    @property
    def environment(self) -> dict[str, str]:
        """The caller's variables with those that point at this local cloud."""
        return {**os.environ, **self.settings.environment(), "NO_COLOR": "1"}

    def control(self, *arguments: str) -> str:
        """Runs the local cloud's command line and returns what it printed."""
        return self.run(sys.executable, "-m", "local_cloud", *arguments)

    def run(self, *argv: str, timeout_s: float = 1500, check: bool = True) -> str:
        """Runs a command in this environment and returns its output, errors included.

        Raises:
            LocalCloudError: It failed and `check` is true; carries the end of its output.
        """
        done = subprocess.run(
            argv,
            cwd=REPOSITORY,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
            check=False,
        )
        if check and done.returncode != 0:
            command = " ".join(argv)
            raise LocalCloudError(f"{command} exited with {done.returncode}:\n{done.stdout[-8000:]}")
        return done.stdout


@contextmanager
def temporary_machine(*services: str, home: Path | None = None) -> Iterator[Machine]:
    """Starts services on free ports with the sample data loaded, and stops them at the end.

    Args:
        services: Names as on the local cloud's command line.
        home: Folder of all state; by default one that is removed at the end.
    """
    with tempfile.TemporaryDirectory(prefix="recsflow-") as folder:
        machine = Machine(LocalSettings(home=home or Path(folder), port_offset=_free_port_offset()))
        try:
            machine.control("start", *services)
            machine.control("load-sample")
            yield machine
        finally:
            machine.control("stop")


def _free_port_offset() -> int:
    for offset in PORT_OFFSETS:
        if all(_is_free(port + offset) for port in DEFAULT_PORTS.values()):
            return offset
    raise LocalCloudError(
        f"{HOST}: every range of ports with an offset in {PORT_OFFSETS} has one in use; "
        "stop what listens there."
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
