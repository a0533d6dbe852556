"""Compiled pipelines, each kept once under the hash of what determines it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from include import storage
from recsflow.compilers.kept_spec import keep_spec, read_spec
from recsflow.compilers.topology import spec_uri, topology_uri

if TYPE_CHECKING:
    from recsflow.compilers.topology import Topology
    from recsflow.settings import Settings


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


def compiled_spec(topology: Topology, settings: Settings) -> CompiledSpec:
    """Return the compiled pipeline, compiling it only where no run did before."""
    uri = spec_uri(topology, settings)
    kept = read_spec(uri)
    if kept is not None:
        return CompiledSpec(uri, kept, compiled=False)
    storage.write_text(topology_uri(topology.key, settings), topology.to_json())
    text = _compile(topology, settings)
    keep_spec(uri, text)
    return CompiledSpec(uri, text, compiled=True)


def _compile(topology: Topology, settings: Settings) -> str:
    from recsflow.settings import CommandCompiler

    compiler = settings.compiler
    if isinstance(compiler, CommandCompiler):
        from recsflow.compilers.command import compile_with_command

        return compile_with_command(topology, compiler)
    from recsflow.compilers.cloud_build import compile_in_cloud_build

    return compile_in_cloud_build(topology, compiler, settings)
