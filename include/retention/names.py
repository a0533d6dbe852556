"""Names of items: what of the artifacts a clean-up decides about, and which items a text mentions.

What lies below the artifact root and is none of `KINDS` stays as it is: reports of backtests, numbers of
runs, winners of sweeps, what somebody else put there.
"""

from __future__ import annotations

import re

from include.artifacts.artifact import Artifact
from include.artifacts.by_content import CompiledPipeline, ModuleFolder, RowsFolder
from include.artifacts.experiment import ExperimentCard, ExperimentFolder
from include.artifacts.layout import ArtifactLayout
from include.artifacts.pipeline import PipelineArtifacts
from include.artifacts.sweep import SweepFolder
from include.experiment.resolve.identity import STAGED_TABLE
from include.retention.item import Kind

KINDS: dict[type[Artifact], Kind] = {
    RowsFolder: Kind.ROWS,
    ModuleFolder: Kind.MODULES,
    CompiledPipeline: Kind.SPEC,
    SweepFolder: Kind.SWEEP,
    ExperimentFolder: Kind.EXPERIMENT,
    ExperimentCard: Kind.EXPERIMENT,
    PipelineArtifacts: Kind.ARTIFACTS,
}
# An item is named by its place below the artifact root, wherever that is.
_ANY_ROOT = ArtifactLayout("")
_TABLE = re.compile(STAGED_TABLE)
_MENTIONED_TABLE = re.compile(rf"\b{STAGED_TABLE}\b")
# Where a path ends in JSON, in SQL and in the arguments of a command.
_PATH = r"/([^\s\"'`\\,;]+)"


def item_of(path: str) -> tuple[Kind, str] | None:
    """Return kind and name of the item that a path below the artifact root belongs to; None if not ours."""
    artifact = _ANY_ROOT.parse(path)
    if artifact is None or type(artifact) not in KINDS:
        return None
    if isinstance(artifact, ExperimentCard):
        # Goes with its experiment's folder, which a run that was refused has not.
        return Kind.EXPERIMENT, experiment_item(artifact.experiment_id)
    return KINDS[type(artifact)], artifact.name


def is_staged_table(name: str) -> bool:
    """Return whether a table of the staging dataset is named as ours are."""
    return _TABLE.fullmatch(name) is not None


def table_item(table: str) -> str:
    """Return the item's name of a staged table, named with or without its dataset."""
    return f"tables/{table.rpartition('.')[2]}"


def pipeline_job_item(job_id: str) -> str:
    """Return the item's name of a pipeline job."""
    return f"pipelineJobs/{job_id}"


def custom_job_item(job_id: str) -> str:
    """Return the item's name of a custom job."""
    return f"customJobs/{job_id}"


def experiment_item(experiment_id: str) -> str:
    """Return the item's name of an experiment's folder."""
    return _ANY_ROOT.experiment(experiment_id).name


def sweep_item(sweep_id: str) -> str:
    """Return the item's name of a sweep's folder."""
    return _ANY_ROOT.sweep(sweep_id).name


def compiled_item(key: str) -> str:
    """Return the item's name of a compiled pipeline, by the key of its topology."""
    return _ANY_ROOT.compiled(key).name


def mentioned(text: str, root: str) -> frozenset[str]:
    """Return the names of the items that a text mentions by path, URI or table.

    Args:
        text: Of any form: SQL, JSON, an argument, a URI.
        root: The artifact root, `file:///folder` or `gs://bucket/prefix`.
    """
    # Components are given plain local paths, which a file URI ends with.
    prefix = re.escape(root.removeprefix("file://").rstrip("/"))
    paths = (found[1] for found in re.finditer(prefix + _PATH, text))
    names = {item[1] for path in paths if (item := item_of(path))}
    for table in _MENTIONED_TABLE.findall(text):
        names |= {table_item(table), _ANY_ROOT.rows(table).name}
    return frozenset(names)
