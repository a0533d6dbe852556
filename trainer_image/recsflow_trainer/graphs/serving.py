"""The saved graph model: the flat arrays of some graphs in, one score a graph out."""

from collections.abc import Mapping

from recsflow_trainer.graphs.graphs import Graphs
from recsflow_trainer.graphs.model import GraphModel
from recsflow_trainer.keras import tf


class GraphServer(tf.Module):
    """Answers the arrays that a manifest's files hold.

    Args:
        model: The trained model.
        like: Graphs whose arrays have the widths that the model was built for.
    """

    def __init__(self, model: GraphModel, like: Graphs) -> None:
        super().__init__(name="graph_server")
        # The weights alone: of a Keras model, saving would trace every layer by itself, which takes seconds.
        self.weights = list(model.variables)

        def score(graphs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            return {"score": model.scale.ratings(model(graphs, training=False))}

        self._signature = tf.function(score).get_concrete_function(
            {
                name: tf.TensorSpec([None, *values.shape[1:]], values.dtype, name=name)
                for name, values in like.inputs().items()
            }
        )

    def save(self, folder: str) -> None:
        """Writes the SavedModel with its one signature, `serving_default`: `score`, float32 [graphs]."""
        tf.saved_model.save(self, folder, signatures={"serving_default": self._signature})
