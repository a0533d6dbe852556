"""Compiled pipelines, each kept once under the hash of what determines it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from include import storage
from recsflow.compilers.command import compile_with_command
from recsflow.compilers.kept_spec import keep_spec, read_spec

if TYPE_CHECKING:
    from recsflow.settings import CommandCompiler, Settings
    from recsflow.vertex.requests.topology import Topology


@dataclass(frozen=True)
class CompiledSpec:
    """A compiled pipeline.

    Attributes:
        uri: Where it is kept.
        text: The JSON that the pipeline service takes.
        compiled: Whether it had to be compiled now.
    """

    uri: str
    text: str
    compiled: bool


def kept_spec(topology: Topology, settings: Settings) -> CompiledSpec | None:
    """Return the compiled pipeline where a run compiled it before, else None.

    What it is made from is written beside it.
    """
    files = settings.layout.compiled(topology.key)
    kept = read_spec(files.spec)
    if kept is not None:
        return CompiledSpec(files.spec, kept, compiled=False)
    storage.write_text(files.topology, topology.to_json())
    return None


def compiled_here(topology: Topology, compiler: CommandCompiler, settings: Settings) -> CompiledSpec:
    """Return the compiled pipeline, compiling it with a command on this machine where no run did before."""
    kept = kept_spec(topology, settings)
    if kept is not None:
        return kept
    uri, text = settings.layout.compiled(topology.key).spec, compile_with_command(topology, compiler)
    keep_spec(uri, text)
    return CompiledSpec(uri, text, compiled=True)


def keep_built(key: str, settings: Settings) -> None:
    """Keep what Cloud Build compiled.

    Args:
        key: Of the topology.
        settings: Where everything is.
    """
    files = settings.layout.compiled(key)
    keep_spec(files.spec, storage.read_text(files.built))
