"""Many graphs as flat arrays, and batches of them.

The nodes of all graphs lie one graph after the other in one array, and so do the edges; two arrays of counts
say where a graph begins. Nothing is padded: a batch is as large as its graphs are.
"""

from dataclasses import dataclass

import numpy as np

from recsflow_trainer.errors import ManifestError
from recsflow_trainer.examples.prefetching import prefetched
from recsflow_trainer.keras import tf

INPUTS = ("nodes", "edges", "edge_features", "node_counts", "edge_counts")


@dataclass(frozen=True)
class Graphs:
    """The graphs of one split.

    Attributes:
        name: Such as "train".
        nodes: float32 [nodes, node width].
        edges: int32 [edges, 2], source and target, each a position among the nodes of its own graph.
        edge_features: float32 [edges, edge width]; the width may be 0.
        node_counts: int32 [graphs].
        edge_counts: int32 [graphs].
        targets: float32 [graphs].
        customers: str [graphs], whose graph it is; empty texts where the manifest does not say.
    """

    name: str
    nodes: np.ndarray
    edges: np.ndarray
    edge_features: np.ndarray
    node_counts: np.ndarray
    edge_counts: np.ndarray
    targets: np.ndarray
    customers: np.ndarray

    @property
    def rows(self) -> int:
        """Number of graphs."""
        return len(self.targets)

    def inputs(self) -> dict[str, tf.Tensor]:
        """Returns all graphs as the model reads them, by the names in `INPUTS`."""
        return {name: tf.constant(getattr(self, name)) for name in INPUTS}

    def take(self, places: np.ndarray) -> "Graphs":
        """Returns the graphs at `places`, int64 [taken], in that order."""
        nodes, edges = members(self.node_counts, places), members(self.edge_counts, places)
        return Graphs(
            name=self.name,
            nodes=self.nodes[nodes],
            edges=self.edges[edges],
            edge_features=self.edge_features[edges],
            node_counts=self.node_counts[places],
            edge_counts=self.edge_counts[places],
            targets=self.targets[places],
            customers=self.customers[places],
        )

    def batches(self, batch_size: int, *, seed: int, reshuffle: bool, whole: bool = True) -> tf.data.Dataset:
        """Returns one pass over the graphs.

        Args:
            batch_size: Graphs a batch.
            seed: Of the order.
            reshuffle: Whether each iteration has a random order of its own, or all have the manifest's.
            whole: Whether the graphs that do not fill the last batch are left out of the pass.

        Returns:
            Batches of `INPUTS` and `target`, float32 [batch].
        """
        if not self.rows:
            raise ManifestError(f"Split {self.name!r} has no graphs; give it some in the manifest.")
        size = min(batch_size, self.rows)
        arrays = {**self.inputs(), "target": tf.constant(self.targets)}
        starts = {"node": _starts(self.node_counts), "edge": _starts(self.edge_counts)}

        def order(pass_seed: tf.Tensor) -> tf.data.Dataset:
            places = tf.range(self.rows)
            if reshuffle:
                places = tf.random.experimental.stateless_shuffle(places, seed=[pass_seed, seed])
            return tf.data.Dataset.from_tensor_slices(places).batch(size, drop_remainder=whole)

        passes = tf.data.Dataset.range(1)
        if reshuffle:
            passes = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).take(1)
        dataset = prefetched(passes.flat_map(order), lambda places: _gathered(arrays, starts, places))
        steps = self.rows // size if whole else -(-self.rows // size)
        return dataset.apply(tf.data.experimental.assert_cardinality(steps))


def members(counts: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Returns the positions of all nodes (or edges) of some graphs.

    Args:
        counts: int32 [graphs], how many each graph has.
        places: int64 [taken], which graphs.
    """
    starts = np.cumsum(counts) - counts
    taken = counts[places]
    before = np.cumsum(taken) - taken
    return np.repeat(starts[places] - before, taken) + np.arange(taken.sum())


def _starts(counts: np.ndarray) -> tf.Tensor:
    return tf.constant(np.cumsum(counts) - counts, tf.int32)


def _gathered(
    arrays: dict[str, tf.Tensor], starts: dict[str, tf.Tensor], places: tf.Tensor
) -> dict[str, tf.Tensor]:
    """Returns the graphs at `places`, int32 [batch], in that order."""
    counts = {kind: tf.gather(arrays[f"{kind}_counts"], places) for kind in starts}
    members = {}
    for kind, start in starts.items():
        first = tf.gather(start, places)
        members[kind] = tf.ragged.range(first, first + counts[kind]).flat_values
    return {
        "nodes": tf.gather(arrays["nodes"], members["node"]),
        "edges": tf.gather(arrays["edges"], members["edge"]),
        "edge_features": tf.gather(arrays["edge_features"], members["edge"]),
        "node_counts": counts["node"],
        "edge_counts": counts["edge"],
        "target": tf.gather(arrays["target"], places),
    }
