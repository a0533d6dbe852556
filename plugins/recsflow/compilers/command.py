"""Compile with a command on this machine: the trainer environment's own interpreter."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from include.process_activity import Activity, ProcessStalled, wait_until
from recsflow.errors import CompileError
from recsflow.log import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recsflow.settings import CommandCompiler
    from recsflow.vertex.requests.topology import Topology

ERROR_LINES = 15
# The orchestrator's own environment would shadow the compiler's packages.
FOREIGN_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")


def compile_with_command(topology: Topology, compiler: CommandCompiler) -> str:
    """Run the command and return the spec that it writes.

    It may take as long as it gets on; `compiler.timeout_s` ends it earlier.

    Raises:
        CompileError: It cannot be started, hangs, takes too long or fails; carries its last lines.
    """
    with tempfile.TemporaryDirectory(prefix="recsflow-compile-") as folder:
        source, target, log = (Path(folder, name) for name in ("topology.json", "spec.json", "compile.log"))
        source.write_text(topology.to_json())
        status = _run([*compiler.argv, "--topology", str(source), "--output", str(target)], log, compiler)
        if status != 0:
            raise CompileError(
                f"compiler: {' '.join(compiler.argv)} ended with status {status}:\n{_last_lines(log)}"
            )
        return target.read_text()


def _run(argv: Sequence[str], log: Path, compiler: CommandCompiler) -> int:
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                argv, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        except OSError as error:
            raise CompileError(
                f"compiler.argv: {argv[0]!r} is not started: {error.strerror}; build the trainer environment."
            ) from None
    activity = Activity(process.pid, logs=[log])
    try:
        _wait(process, activity, compiler)
    except ProcessStalled as error:
        raise CompileError(f"{error} Its output ends with:\n{_last_lines(log)}") from None
    finally:
        # Also when the task is stopped: Ctrl-C, a cleared task, Airflow's own timeout.
        activity.kill()
        process.wait()
    return process.returncode


def _wait(process: subprocess.Popen[bytes], activity: Activity, compiler: CommandCompiler) -> None:
    began = time.monotonic()

    def ended() -> bool:
        if compiler.timeout_s is not None and time.monotonic() - began > compiler.timeout_s:
            raise CompileError(
                f"compiler: {compiler.argv[0]} took over {compiler.timeout_s:.0f} s; raise "
                "compiler.timeout_s, or leave it out: it may then take as long as it gets on."
            )
        return process.poll() is not None

    wait_until(
        ended,
        activity,
        what=f"compiler: {' '.join(compiler.argv)} is not done",
        say=lambda line: say("compile", line),
    )


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").strip().splitlines()[-ERROR_LINES:])
