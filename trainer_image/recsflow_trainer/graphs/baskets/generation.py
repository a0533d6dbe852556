"""Writes the manifest of the baskets in staged rows."""

import csv
import io
import json
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from absl import logging

from recsflow_trainer.errors import ManifestError
from recsflow_trainer.exported_rows import ExportedFile, exported_files
from recsflow_trainer.graphs.baskets.edges import BasketEdges, basket_edges
from recsflow_trainer.graphs.baskets.nodes import NodeFeatures, customer_history, node_features
from recsflow_trainer.graphs.baskets.options import GraphOptions
from recsflow_trainer.graphs.baskets.visits import HISTORY, Visits, concatenated, gather_visits
from recsflow_trainer.graphs.history_targets import write_targets
from recsflow_trainer.graphs.manifest import MANIFEST, SPLITS
from recsflow_trainer.keras import tf

DESCRIPTION = "graphs.json"
HISTORY_FOLDER = "history"


def write_basket_graphs(rows_uri: str, options: GraphOptions, folder: str) -> dict[str, int]:
    """Writes `manifest.csv`, one file of arrays a split, and `graphs.json`, which says what they hold.

    Of visits that a sample leaves out, it writes the targets, `history.csv`.

    Args:
        rows_uri: Folder of the staged rows, with one folder of Parquet files a split, and one of those that a
            sample leaves out.
        options: How rows become graphs.
        folder: Where to write.

    Returns:
        Graphs by split.

    Raises:
        ManifestError: The rows lack a column, or no graph comes of a split.
        ExportedRowsError: The rows are not there, or were changed.
    """
    parts = [
        _read(exported_files(rows_uri, split), split, options.columns, options.basket) for split in SPLITS
    ]
    rows, split_of_row = concatenated(parts, _read_history(rows_uri, options))
    everything = gather_visits(rows, split_of_row, options)
    visits, sampled_rows = everything.sample()
    in_sample = everything.split != HISTORY
    known = customer_history(everything, options.target) if options.history else {}
    known = {name: values[in_sample] for name, values in known.items()}
    nodes = node_features(rows.filter(pa.array(sampled_rows)), visits, known, options)
    edges = basket_edges(visits, options.neighbors)
    places, targets = everything.graphs(options.target)
    outside = everything.split[places] == HISTORY
    tf.io.gfile.makedirs(folder)
    write_targets(folder, everything.customers[places[outside]], targets[outside])
    places, targets = (np.cumsum(in_sample) - 1)[places[~outside]], targets[~outside]
    lines: list[tuple[object, ...]] = [("graph", "split", "target", "file", "index", "customer")]
    counts = {}
    for position, split in enumerate(SPLITS):
        chosen = visits.split[places] == position
        counts[split] = int(chosen.sum())
        if not counts[split]:
            raise ManifestError(
                f"Split {split!r} at {rows_uri} has no visit with a target of its own; widen its window, or "
                "choose target basket_value."
            )
        _write_arrays(f"{folder}/{split}.npz", _arrays(visits, nodes, edges, places[chosen]))
        lines += _lines(split, visits, places[chosen], targets[chosen])
    description = {
        "options": options.model_dump(),
        "nodes": nodes.names,
        "edge_features": ["joint_purchases"],
    }
    _write_text(f"{folder}/{DESCRIPTION}", json.dumps(description, indent=2) + "\n")
    _write_manifest(f"{folder}/{MANIFEST}", lines)
    logging.info("%s: %s", folder, ", ".join(f"{split} {count:,}" for split, count in counts.items()))
    return counts


def _lines(
    split: str, visits: Visits, places: np.ndarray, targets: np.ndarray
) -> Iterator[tuple[object, ...]]:
    """Yields the manifest's rows of the visits at `places`, int64 [graphs]."""
    for index, (place, target) in enumerate(zip(places, targets.tolist(), strict=True)):
        yield visits.names[place], split, repr(target), f"{split}.npz", index, visits.customers[place]


def _read_history(rows_uri: str, options: GraphOptions) -> pa.Table | None:
    """Returns what a sample leaves out; those rows say who paid what in which visit, and no more."""
    folder = f"{rows_uri.rstrip('/')}/{HISTORY_FOLDER}"
    if not tf.io.gfile.isdir(folder):
        return None
    return _read(exported_files(folder), HISTORY_FOLDER, options.visit_columns, options.basket)


def _read(files: list[ExportedFile], split: str, columns: list[str], basket: str) -> pa.Table:
    tables = []
    for exported in files:
        file = pq.ParquetFile(pa.BufferReader(exported.read()))
        missing = [name for name in columns if name not in file.schema_arrow.names]
        if missing:
            raise ManifestError(
                f"{exported.path}: has no column {', '.join(missing)}; stage the rows of the same experiment."
            )
        tables.append(file.read(columns))
    rows = pa.concat_tables(tables)
    kept = rows.filter(rows[basket].is_valid())
    if dropped := rows.num_rows - kept.num_rows:
        logging.warning("%s rows of %s have no %s and are in no graph.", dropped, split, basket)
    return kept


def _arrays(
    visits: Visits, nodes: NodeFeatures, edges: BasketEdges, places: np.ndarray
) -> dict[str, np.ndarray]:
    """Returns the arrays of the visits at `places`, int64 [graphs], ascending."""
    wanted = np.zeros(len(visits.value), bool)
    wanted[places] = True
    first_item = np.searchsorted(visits.visit, np.arange(len(visits.value)))
    of_item, of_edge = wanted[visits.visit], wanted[edges.visit]
    pairs = np.stack([edges.source, edges.target], axis=1)[of_edge]
    return {
        "nodes": nodes.values[of_item],
        "edges": (pairs - first_item[edges.visit[of_edge], None]).astype(np.int32),
        "edge_features": edges.weight[of_edge, None],
        "node_counts": np.bincount(visits.visit, minlength=len(wanted))[places].astype(np.int32),
        "edge_counts": np.bincount(edges.visit, minlength=len(wanted))[places].astype(np.int32),
    }


def _write_arrays(uri: str, arrays: Mapping[str, np.ndarray]) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    with tf.io.gfile.GFile(uri, "wb") as stream:
        stream.write(content.getvalue())


def _write_manifest(uri: str, lines: list[tuple[object, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    _write_text(uri, text.getvalue())


def _write_text(uri: str, text: str) -> None:
    with tf.io.gfile.GFile(uri, "w") as stream:
        stream.write(text)
