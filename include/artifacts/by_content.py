"""Artifacts that are named by a hash of what determines them, and shared by the runs that agree in it."""

from __future__ import annotations

from dataclasses import dataclass

from include.artifacts.artifact import Artifact, file, inside
from include.experiment.resolve.identity import SHORT_HASH, STAGED_TABLE, TOPOLOGY_KEY


@dataclass(frozen=True)
class RowsFolder(Artifact, path="rows/{table}", names={"table": STAGED_TABLE}):
    """Staged rows as Parquet files, a folder a split.

    Attributes:
        table: The staged table, without its dataset.
    """

    table: str

    # It has the digest of each file; the folder `history` has one of its own.
    marker = inside("_SUCCESS")
    # What became of the rows of the window before these were sampled.
    row_account = inside("row_account.json")


@dataclass(frozen=True)
class ModuleFolder(Artifact, path="modules/{source_hash}", names={"source_hash": SHORT_HASH}):
    """The folder of a generated module.

    Attributes:
        source_hash: Of the module's text.
    """

    source_hash: str

    def source(self, name: str) -> str:
        """Return the URI of the module's text, `trainer_module` or `transform_module`."""
        return f"{self.uri}/{name}.py"


@dataclass(frozen=True)
class CompiledPipeline(Artifact, path="compiled/{key}", names={"key": TOPOLOGY_KEY}):
    """A compiled pipeline and its files.

    Attributes:
        key: Hash of what it is compiled from.
    """

    key: str

    spec = file(".json")
    # What it is compiled from.
    topology = file(".topology.json")
    # What Cloud Build leaves, before it is kept as `spec`.
    built = file(".built.json")
