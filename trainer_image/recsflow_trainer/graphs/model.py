"""The Keras model behind a `GraphRanking` declaration."""

from collections.abc import Mapping, Sequence

import numpy as np

from recsflow_trainer.declared_model import DeclaredModel
from recsflow_trainer.diagnostics.tracked_model import TrackedModel
from recsflow_trainer.graphs.attention import GraphAttention
from recsflow_trainer.graphs.graphs import Graphs
from recsflow_trainer.graphs.pooling import MaskedPooling
from recsflow_trainer.keras import tf, tf_keras
from recsflow_trainer.losses.rating import RatingLoss
from recsflow_trainer.ranking.rating_head import RatingScale
from recsflow_trainer.towers import Layer

_CONSTANT = 1e-6


class Standardize(tf_keras.layers.Layer):
    """Brings each column to mean 0 and deviation 1, as the training graphs have them.

    A column that is constant in training becomes 0 there.

    Args:
        values: float32 [rows, width] of the training graphs.
        name: Name of the layer.
    """

    def __init__(self, values: np.ndarray, *, name: str) -> None:
        super().__init__(name=name)
        mean, deviation = values.mean(axis=0, dtype=np.float64), values.std(axis=0, dtype=np.float64)
        scale = np.where(deviation > _CONSTANT, deviation, 1.0)
        self._mean = tf.constant(mean, tf.float32)
        self._scale = tf.constant(scale, tf.float32)

    def call(self, values: tf.Tensor) -> tf.Tensor:
        """Returns float32 [rows, width]."""
        return (values - self._mean) / self._scale


class GraphEncoder(DeclaredModel):
    """Attention over the edges of each graph, then one vector a graph."""

    def __init__(self, layers: Sequence[GraphAttention], pooling: Sequence[str], train: Graphs) -> None:
        super().__init__(name="graph")
        self.scale_nodes = Standardize(train.nodes, name="scale_nodes")
        self.scale_edges = Standardize(train.edge_features, name="scale_edges")
        self.attention = [layer.build(f"attention_{index}") for index, layer in enumerate(layers)]
        self.pooling = MaskedPooling(pooling, name="pooling")

    def call(self, graphs: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns float32 [graphs, heads * units * poolings] for the flat arrays of some graphs."""
        counts = graphs["node_counts"]
        number = tf.shape(counts)[0]
        node_graph = tf.repeat(tf.range(number), counts)
        first_node = tf.repeat(tf.cumsum(counts, exclusive=True), graphs["edge_counts"])
        edges = graphs["edges"] + first_node[:, None]
        nodes = self.scale_nodes(graphs["nodes"])
        edge_features = self.scale_edges(graphs["edge_features"])
        for layer in self.attention:
            nodes = layer(nodes, edges, edge_features, training=training)
        return self.pooling(nodes, node_graph, number)


class ScoreHead(DeclaredModel):
    """From a graph's vector to its score.

    Args:
        layers: Hidden layers; a linear one to one number follows them.
        start: What the last layer says before it has learnt anything.
    """

    def __init__(self, layers: Sequence[Layer], *, start: float) -> None:
        super().__init__(name="score_head")
        self.hidden = [
            layer.build(f"{type(layer).__name__.lower()}_{index}") for index, layer in enumerate(layers)
        ]
        self.score = tf_keras.layers.Dense(
            1, bias_initializer=tf_keras.initializers.Constant(start), name="score"
        )

    def call(self, vectors: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns float32 [graphs]."""
        for layer in self.hidden:
            vectors = layer(vectors, training=training)
        return tf.squeeze(self.score(vectors), axis=1)


class GraphModel(TrackedModel):
    """Scores graphs.

    Args:
        graph: From the flat arrays of some graphs to a vector each.
        score_head: From that to a number.
        loss: Compares numbers with transformed targets.
        scale: From numbers to the target's own units, and back.
        constant: The number that has the lowest loss if all graphs get the same.
    """

    def __init__(
        self,
        *,
        graph: GraphEncoder,
        score_head: ScoreHead,
        loss: RatingLoss,
        scale: RatingScale,
        constant: float,
    ) -> None:
        super().__init__({"graph": graph, "score_head": score_head}, name="graph_ranking")
        self.graph = graph
        self.score_head = score_head
        self.scale = scale
        self._loss = loss
        self._constant = constant

    def call(self, graphs: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns a number a graph as the loss takes it, float32 [graphs]."""
        return self.score_head(self.graph(graphs, training=training), training=training)

    def compute_loss(self, features: Mapping[str, tf.Tensor], training: bool = False) -> tf.Tensor:
        """Returns the mean loss of a batch, float32 scalar."""
        return self._loss(self(features, training=training), self.transformed(features))

    @tf.function(reduce_retracing=True)
    def uninformed_loss(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the loss of a batch if every graph had the best of all constant numbers."""
        targets = self.transformed(features)
        return self._loss(tf.fill(tf.shape(targets), self._constant), targets)

    @tf.function(reduce_retracing=True)
    def raw_scores(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns what `call` does, compiled."""
        return self(features, training=False)

    def transformed(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the targets of a batch as the loss takes them, float32 [graphs]."""
        return self.scale.transform.forward(features["target"])
