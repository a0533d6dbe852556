"""From the nodes of each graph to one vector a graph."""

from collections.abc import Sequence

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.keras import tf, tf_keras

_POOLS = {
    "mean": tf.math.unsorted_segment_mean,
    "max": tf.math.unsorted_segment_max,
    "sum": tf.math.unsorted_segment_sum,
}


def check_pooling(pooling: Sequence[str], where: str) -> None:
    """Refuses an empty or unknown choice.

    Raises:
        DeclarationError: Names the field and the choices.
    """
    unknown = [name for name in pooling if name not in _POOLS]
    if unknown or not pooling:
        raise DeclarationError(f"{where} is {list(pooling)}; use one or more of: {', '.join(_POOLS)}.")


class MaskedPooling(tf_keras.layers.Layer):
    """Pools the nodes of each graph, those of no graph left out.

    Args:
        pooling: "mean", "max", "sum"; several stand side by side in the output.
        name: Name of the layer.
    """

    def __init__(self, pooling: Sequence[str], *, name: str) -> None:
        super().__init__(name=name)
        self._pooling = tuple(pooling)

    def call(self, nodes: tf.Tensor, graph: tf.Tensor, graphs: tf.Tensor) -> tf.Tensor:
        """Returns float32 [graphs, width * poolings]; zeros for a graph without nodes.

        Args:
            nodes: float32 [nodes, width].
            graph: int32 [nodes], the graph of each node; -1 masks a node.
            graphs: Number of graphs.
        """
        counts = tf.math.unsorted_segment_sum(tf.ones_like(graph, nodes.dtype), graph, graphs)
        pooled = tf.concat([_POOLS[name](nodes, graph, graphs) for name in self._pooling], axis=1)
        return tf.where(counts[:, None] > 0, pooled, 0.0)
