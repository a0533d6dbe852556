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

from include.process_activity import Activity, ProcessStalled, wait_until
from local_cloud.errors import LocalCloudError
from local_cloud.services import ServiceRunner, build_services
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

    def run(self, *argv: str, check: bool = True) -> str:
        """Runs a command in this environment for as long as it gets on.

        Returns:
            Its output, errors included.

        Raises:
            LocalCloudError: It hangs, or it failed and `check` is true; carries the end of its output.
        """
        with tempfile.NamedTemporaryFile(prefix="recsflow-", suffix=".log") as output:
            process = subprocess.Popen(
                argv,
                cwd=REPOSITORY,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            log, command = Path(output.name), " ".join(argv)
            activity = Activity(process.pid, *self._servers(), logs=[log])
            try:
                wait_until(lambda: process.poll() is not None, activity, what=f"{command} is not done")
            except ProcessStalled as error:
                raise LocalCloudError(f"{error}\n{log.read_text()[-8000:]}") from None
            finally:
                activity.kill()
                process.wait()
            text = log.read_text()
        if check and process.returncode != 0:
            raise LocalCloudError(f"{command} exited with {process.returncode}:\n{text[-8000:]}")
        return text

    def _servers(self) -> list[int]:
        """Returns the servers' pids: while a command waits for one of them, the work is theirs."""
        runner = ServiceRunner(self.settings)
        pids = [runner.process(service).pid() for service in build_services(self.settings).values()]
        return [pid for pid in pids if pid is not None]


@contextmanager
def temporary_machine(*services: str, home: Path | None = None, sample: bool = True) -> Iterator[Machine]:
    """Starts services on free ports with the sample data loaded, and stops them at the end.

    Args:
        services: Names as on the local cloud's command line.
        home: Folder of all state; by default one that is removed at the end.
        sample: Whether the sample is loaded, which needs BigQuery.
    """
    with tempfile.TemporaryDirectory(prefix="recsflow-") as folder:
        machine = Machine(LocalSettings(home=home or Path(folder), port_offset=_free_port_offset()))
        try:
            # The environment names its proxy, by which whatever speaks https goes out.
            machine.control("start", "storage", *services)
            if sample:
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
