"""Compile with a command on this machine: the trainer environment's own interpreter."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from recsflow.errors import CompileError

if TYPE_CHECKING:
    from recsflow.compilers.topology import Topology
    from recsflow.settings import CommandCompiler

ERROR_LINES = 15
# The orchestrator's own environment would shadow the compiler's packages.
FOREIGN_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")


def compile_with_command(topology: Topology, compiler: CommandCompiler) -> str:
    """Run the command and return the spec that it writes.

    Raises:
        CompileError: It cannot be started, takes too long or fails; carries its last lines.
    """
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    with tempfile.TemporaryDirectory(prefix="recsflow-compile-") as folder:
        source, target = Path(folder, "topology.json"), Path(folder, "spec.json")
        source.write_text(topology.to_json())
        argv = [*compiler.argv, "--topology", str(source), "--output", str(target)]
        try:
            # subprocess.run ends the command when the task is stopped or times out.
            done = subprocess.run(
                argv, env=environment, capture_output=True, text=True, timeout=compiler.timeout_s, check=False
            )
        except FileNotFoundError:
            raise CompileError(
                f"compiler.argv: {argv[0]!r} is not there; build the trainer environment."
            ) from None
        except subprocess.TimeoutExpired:
            raise CompileError(
                f"compiler: {argv[0]} took over {compiler.timeout_s:.0f} s; raise compiler.timeout_s."
            ) from None
        if done.returncode != 0:
            last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-ERROR_LINES:])
            raise CompileError(
                f"compiler: {' '.join(compiler.argv)} ended with status {done.returncode}:\n{last}"
            )
        return target.read_text()
