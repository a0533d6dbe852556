"""A manifest of graphs: `manifest.csv`, one graph a row, and the files that it names.

| column | meaning |
|---|---|
| `graph` | a name |
| `split` | `train`, `eval` or `test` |
| `target` | the number to predict |
| `file` | an `.npz` file, relative to the manifest |
| `index` | which of the file's graphs, from 0; optional where each file holds one |
| `customer` | whose graph it is; optional |

A file holds `nodes` (float32 [nodes, width]), `edges` (integers [edges, 2]: source and target, positions
among the graph's own nodes) and perhaps `edge_features` (float32 [edges, width]). A file of several graphs
has them one after the other, with `node_counts` and `edge_counts` (integers [graphs]).
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recsflow_trainer.errors import ManifestError
from recsflow_trainer.graphs.graph_files import GraphFile, join, read_graph_file
from recsflow_trainer.graphs.graphs import Graphs
from recsflow_trainer.keras import tf

MANIFEST = "manifest.csv"
SPLITS = ("train", "eval", "test")
REQUIRED = ("graph", "split", "target", "file")
OPTIONAL = ("index", "customer")
_SHOWN = 10
_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class _Row:
    """One graph as the manifest lists it; `line` is its line in the file."""

    line: int
    graph: str
    split: str
    target: float
    file: str
    index: int
    customer: str


def read_manifest(uri: str) -> dict[str, Graphs]:
    """Reads and checks a manifest and all files that it names.

    Args:
        uri: A local path or any URI that TensorFlow reads.

    Returns:
        The graphs by split.

    Raises:
        ManifestError: Names each file and row that cannot be used, and why.
    """
    rows = _rows(uri)
    files = _files(uri, rows)
    _refuse(uri, [problem for row in rows for problem in _graph_problems(row, files[row.file])])
    _refuse(uri, _width_problems(rows, files))
    _check_targets(uri, rows)
    return {split: _graphs(split, [row for row in rows if row.split == split], files) for split in SPLITS}


def _rows(uri: str) -> list[_Row]:
    try:
        with tf.io.gfile.GFile(uri) as stream:
            reader = csv.DictReader(io.StringIO(stream.read()))
    except tf.errors.NotFoundError:
        raise ManifestError(f"{uri}: is not there; generate it, or correct the path.") from None
    header = reader.fieldnames or []
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in (*REQUIRED, *OPTIONAL)]
    if missing or unknown:
        raise ManifestError(
            f"{uri}: row 1: the header is {', '.join(header) or 'empty'}; use {', '.join(REQUIRED)} and, "
            f"where needed, {', '.join(OPTIONAL)}."
        )
    problems: list[str] = []
    rows = [row for record in reader if (row := _row(record, reader.line_num, problems))]
    _refuse(uri, problems)
    if absent := [split for split in SPLITS if all(row.split != split for row in rows)]:
        raise ManifestError(f"{uri}: no row has split {' or '.join(absent)}; every split needs graphs.")
    return rows


def _row(record: Mapping[str, str | None], line: int, problems: list[str]) -> _Row | None:
    values = {name: value or "" for name, value in record.items() if isinstance(name, str)}
    rules: dict[str, tuple[Callable[[str], bool], str]] = {
        "graph": (bool, "give a name"),
        "split": (lambda value: value in SPLITS, f"use {', '.join(SPLITS)}"),
        "target": (_is_number, "give a finite number"),
        "file": (lambda value: value.endswith(".npz"), "name an .npz file, relative to the manifest"),
        "index": (lambda value: value == "" or value.isdecimal(), "use 0, 1, 2 ..."),
    }
    wrong = [
        f"row {line}: {name} is {values[name]!r}; {remedy}."
        for name, (fits, remedy) in rules.items()
        if name in values and not fits(values[name])
    ]
    problems.extend(wrong)
    if wrong:
        return None
    return _Row(
        line=line,
        graph=values["graph"],
        split=values["split"],
        target=float(values["target"]),
        file=values["file"],
        index=int(values.get("index") or 0),
        customer=values.get("customer", ""),
    )


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) <= _LARGEST
    except ValueError:
        return False


def _files(uri: str, rows: Sequence[_Row]) -> dict[str, GraphFile]:
    """Reads each file once; a file that cannot be read is a problem of the first row that names it."""
    files: dict[str, GraphFile] = {}
    problems: dict[str, str] = {}
    folder = uri.rpartition("/")[0]
    for row in rows:
        if row.file in files or row.file in problems:
            continue
        try:
            files[row.file] = read_graph_file(f"{folder}/{row.file}" if folder else row.file)
        except ManifestError as error:
            problems[row.file] = f"row {row.line}: {row.file}: {error}"
    _refuse(uri, list(problems.values()))
    return files


def _graph_problems(row: _Row, file: GraphFile) -> list[str]:
    if row.index >= file.graphs:
        return [
            f"row {row.line}: {row.file}: index is {row.index}, but the file has {file.graphs} graphs; "
            "count from 0."
        ]
    return [f"row {row.line}: {row.file}: {problem}" for problem in file.problems.get(row.index, ())]


def _width_problems(rows: Sequence[_Row], files: Mapping[str, GraphFile]) -> list[str]:
    first = rows[0]
    return [
        f"row {row.line}: {row.file}: {what} has {width} columns, but {first.file} has {expected}; give all "
        "graphs the same ones."
        for row in rows
        for what in ("nodes", "edge_features")
        if (width := getattr(files[row.file], what).shape[1])
        != (expected := getattr(files[first.file], what).shape[1])
    ]


def _check_targets(uri: str, rows: Sequence[_Row]) -> None:
    targets = {np.float32(row.target) for row in rows if row.split == "train"}
    if len(targets) == 1:
        raise ManifestError(
            f"{uri}: the target of every train row is {targets.pop():g}; there is nothing to learn, "
            "so choose another target."
        )


def _refuse(uri: str, problems: Sequence[str]) -> None:
    if problems:
        more = [f"and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
        raise ManifestError("\n".join(f"{uri}: {problem}" for problem in [*problems[:_SHOWN], *more]))


def _graphs(split: str, rows: Sequence[_Row], files: Mapping[str, GraphFile]) -> Graphs:
    by_file: dict[str, list[_Row]] = {}
    for row in rows:
        by_file.setdefault(row.file, []).append(row)
    # Graphs come file by file, and so must their targets.
    ordered = [row for members in by_file.values() for row in members]
    parts = [files[name].take(np.array([row.index for row in members])) for name, members in by_file.items()]
    return Graphs(
        name=split,
        **join(parts),
        targets=np.array([row.target for row in ordered], np.float32),
        customers=np.array([row.customer for row in ordered]),
    )
