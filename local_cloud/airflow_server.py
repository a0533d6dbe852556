"""Airflow's standalone mode on loopback, with a guarded API server and a scheduler whose tasks start fast.

The scheduler's and the triggerer's log servers listen on all interfaces and have no setting for it. On one
machine the API server reads the log files itself, so both are started without one.
"""

import signal
import subprocess
import sys
from typing import Any

from airflow.cli.commands import standalone_command

LOG_SERVING_COMMANDS = ("scheduler", "triggerer")
OWN_STARTERS = {"scheduler": "local_cloud.airflow_scheduler", "api-server": "local_cloud.airflow_api_server"}


class LoopbackSubCommand(standalone_command.SubCommand):
    """A part of Airflow, without the log server that would listen on all interfaces."""

    def __init__(self, parent: Any, name: str, command: list[str], env: dict[str, str]) -> None:
        flags = ["--skip-serve-logs"] if name in LOG_SERVING_COMMANDS else []
        super().__init__(parent, name=name, command=[*command, *flags], env=env)
        self._told_to_end = False

    def run(self) -> None:
        """Starts the part, and hands on what it prints."""
        name, *arguments = self.command
        own = OWN_STARTERS.get(name)
        self.process = subprocess.Popen(
            [*([sys.executable, "-m", own] if own else ["airflow", name]), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.env,
        )
        for line in self.process.stdout or ():
            self.parent.output_queue.append((self.name, line))
        status = self.process.wait()
        if not self._told_to_end:
            # Without one part the rest only looks alive: runs would stand still and nobody would know why.
            self.parent.print_error("standalone", f"{self.name} ended with status {status}; ending Airflow.")
            signal.raise_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ends the part."""
        self._told_to_end = True
        super().stop()


def main() -> None:
    """Runs Airflow until it is told to end, or a part of it ends; its parts then end in order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Standalone mode has no hook for its parts.
    vars(standalone_command)["SubCommand"] = LoopbackSubCommand
    standalone_command.StandaloneCommand().run()


if __name__ == "__main__":
    main()
