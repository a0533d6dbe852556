"""Which names below the artifact root are ours, and which of them a text mentions.

    rows/rows_{hash}  modules/{hash}  compiled/{key}[.topology|.built].json
    experiments/{experiment id}  sweeps/{experiment id}  pipeline_root/{project}/{job id}

Everything else stays as it is: reports of backtests, winners of sweeps, what somebody else put there.
"""

from __future__ import annotations

import re

from include.retention.item import Kind

# As include/experiment/resolve/identity.py makes them; a job that is submitted again has a number behind it.
_EXPERIMENT = r"[a-z][a-z0-9-]*-[0-9a-f]{10}"
_HASH = r"[0-9a-f]{12}"
_END = r"(?=/|$)"
_FOLDERS = {
    Kind.ROWS: re.compile(rf"rows/rows_{_HASH}{_END}"),
    Kind.MODULES: re.compile(rf"modules/{_HASH}{_END}"),
    Kind.SPEC: re.compile(r"compiled/[0-9a-f]{20}(?=(\.topology|\.built)?\.json$)"),
    Kind.SWEEP: re.compile(rf"sweeps/{_EXPERIMENT}{_END}"),
    Kind.EXPERIMENT: re.compile(rf"experiments/{_EXPERIMENT}{_END}"),
    Kind.ARTIFACTS: re.compile(rf"pipeline_root/[^/]+/{_EXPERIMENT}(-\d+)?{_END}"),
}
_TABLE = re.compile(rf"rows_{_HASH}")
_MENTIONED_TABLE = re.compile(rf"\brows_{_HASH}\b")
# Where a path ends in JSON, in SQL and in the arguments of a command.
_PATH = r"/([^\s\"'`\\,;]+)"


def item_of(path: str) -> tuple[Kind, str] | None:
    """Return kind and name of the item that a path below the artifact root belongs to; None if not ours."""
    for kind, pattern in _FOLDERS.items():
        if found := pattern.match(path):
            return kind, found[0]
    return None


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
    return f"experiments/{experiment_id}"


def sweep_item(sweep_id: str) -> str:
    """Return the item's name of a sweep's folder."""
    return f"sweeps/{sweep_id}"


def mentioned(text: str, root: str) -> frozenset[str]:
    """Return the names of the items that a text mentions by path, URI or table.

    Args:
        text: Of any form: SQL, JSON, an argument, a URI.
        root: The artifact root, `file:///folder` or `gs://bucket/prefix`.
    """
    # Components are told plain local paths, which a file URI ends with.
    prefix = re.escape(root.removeprefix("file://").rstrip("/"))
    paths = (found[1] for found in re.finditer(prefix + _PATH, text))
    names = {item[1] for path in paths if (item := item_of(path))}
    for table in _MENTIONED_TABLE.findall(text):
        names |= {table_item(table), f"rows/{table}"}
    return frozenset(names)
