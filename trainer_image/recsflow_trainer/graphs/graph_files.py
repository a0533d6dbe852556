"""The `.npz` files of a manifest: one graph, or many one after the other."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recsflow_trainer.errors import ManifestError
from recsflow_trainer.graphs.graphs import members
from recsflow_trainer.keras import tf

_COUNTS = ("node_counts", "edge_counts")
_FLAT = ("nodes", "edges", "edge_features", *_COUNTS)


@dataclass(frozen=True)
class GraphFile:
    """What a file holds, and what is wrong with each of its graphs.

    Attributes:
        nodes: float32 [nodes, width].
        edges: int32 [edges, 2].
        edge_features: float32 [edges, width]; the width is 0 where the file has none.
        node_counts: int32 [graphs].
        edge_counts: int32 [graphs].
        problems: Sentences, by position of the graph.
    """

    nodes: np.ndarray
    edges: np.ndarray
    edge_features: np.ndarray
    node_counts: np.ndarray
    edge_counts: np.ndarray
    problems: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @property
    def graphs(self) -> int:
        """Number of graphs."""
        return len(self.node_counts)

    def take(self, places: np.ndarray) -> dict[str, np.ndarray]:
        """Returns the arrays of the graphs at `places`, int64 [taken], in that order."""
        if np.array_equal(places, np.arange(self.graphs)):
            return {name: getattr(self, name) for name in _FLAT}
        nodes, edges = members(self.node_counts, places), members(self.edge_counts, places)
        return {
            "nodes": self.nodes[nodes],
            "edges": self.edges[edges],
            "edge_features": self.edge_features[edges],
            "node_counts": self.node_counts[places],
            "edge_counts": self.edge_counts[places],
        }


def join(parts: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Returns the graphs of several takes, one take after the other."""
    if len(parts) == 1:
        return dict(parts[0])
    return {name: np.concatenate([part[name] for part in parts]) for name in _FLAT}


def read_graph_file(uri: str) -> GraphFile:
    """Reads a file and looks at each of its graphs.

    Raises:
        ManifestError: The file as a whole cannot be used; says why, without the file's name.
    """
    arrays = _load(uri)
    nodes = _floats(arrays, "nodes")
    edges = _present(arrays, "edges")
    if edges.ndim != 2 or edges.shape[1] != 2 or not np.issubdtype(edges.dtype, np.integer):
        raise ManifestError(f"edges is {_described(edges)}; save integers of shape [edges, 2].")
    features = np.zeros([len(edges), 0], np.float32)
    if "edge_features" in arrays:
        features = _floats(arrays, "edge_features")
        if len(features) != len(edges):
            raise ManifestError(f"edge_features has {len(features)} rows for {len(edges)} edges.")
    node_counts, edge_counts = _counts(arrays, len(nodes), len(edges))
    problems = _problems(nodes, edges, features, node_counts, edge_counts)
    return GraphFile(
        nodes,
        edges.astype(np.int32),
        features,
        node_counts.astype(np.int32),
        edge_counts.astype(np.int32),
        problems,
    )


def _load(uri: str) -> dict[str, np.ndarray]:
    try:
        with tf.io.gfile.GFile(uri, "rb") as stream:
            content = io.BytesIO(stream.read())
        with np.load(content, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except tf.errors.NotFoundError:
        raise ManifestError("is not there; write it beside the manifest.") from None
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise ManifestError(f"is no archive of arrays ({error}); write it with numpy.savez.") from None


def _present(arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    if name not in arrays:
        raise ManifestError(
            f"has no array {name!r}, only {', '.join(sorted(arrays)) or 'nothing'}; save it under that name."
        )
    return arrays[name]


def _floats(arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    values = _present(arrays, name)
    if values.dtype != np.float32 or values.ndim != 2:
        raise ManifestError(f"{name} is {_described(values)}; save float32 of shape [{name}, width].")
    return values


def _described(values: np.ndarray) -> str:
    return f"{values.dtype} of shape {list(values.shape)}"


def _counts(arrays: Mapping[str, np.ndarray], nodes: int, edges: int) -> tuple[np.ndarray, np.ndarray]:
    given = [name for name in _COUNTS if name in arrays]
    if not given:
        return np.array([nodes]), np.array([edges])
    node_counts, edge_counts = (_present(arrays, name) for name in _COUNTS)
    for name, counts, total in (("node", node_counts, nodes), ("edge", edge_counts, edges)):
        whole = counts.ndim == 1 and np.issubdtype(counts.dtype, np.integer) and (counts >= 0).all()
        if not whole or counts.sum() != total or len(counts) != len(node_counts):
            raise ManifestError(
                f"{name}_counts is {_described(counts)} and sums up to {counts.sum()}; save one integer a "
                f"graph, {total} in all."
            )
    return node_counts, edge_counts


def _problems(
    nodes: np.ndarray,
    edges: np.ndarray,
    features: np.ndarray,
    node_counts: np.ndarray,
    edge_counts: np.ndarray,
) -> dict[int, list[str]]:
    node_graph = np.repeat(np.arange(len(node_counts)), node_counts)
    edge_graph = np.repeat(np.arange(len(edge_counts)), edge_counts)
    outside = (edges < 0).any(axis=1) | (edges >= node_counts[edge_graph, None]).any(axis=1)
    found = {
        "has no nodes; give it one or leave the graph out.": np.flatnonzero(node_counts == 0),
        "has no edges; give a lone node an edge to itself.": np.flatnonzero(edge_counts == 0),
        "nodes has a value that is not finite; fill it in.": node_graph[~np.isfinite(nodes).all(axis=1)],
        "edge_features has a value that is not finite; fill it in.": edge_graph[
            ~np.isfinite(features).all(axis=1)
        ],
        "edges names a node that the graph does not have; count its nodes from 0.": edge_graph[outside],
    }
    problems: dict[int, list[str]] = {}
    for sentence, graphs in found.items():
        for graph in np.unique(graphs):
            problems.setdefault(int(graph), []).append(sentence)
    return problems
