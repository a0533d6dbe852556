"""What the types with a query and a candidate tower have in common."""

from typing import Annotated

from pydantic import Field

from include.experiment.config.models.layers import Layer, count_dense
from include.experiment.config.models.training import TrainedModel

EmbeddingDim = Annotated[int, Field(ge=2, le=1024)]


class TwoTowerModel(TrainedModel):
    """Two towers that turn a customer and a product into embeddings of one width.

    Attributes:
        query_tower: Hidden layers of the query tower; a linear layer to `embedding_dim` follows them, unless
            there are none and the features are together as wide.
        candidate_tower: The same for the candidate tower.
        embedding_dim: Length of both towers' output.
        normalize: Whether outputs are scaled to length 1.
    """

    query_tower: tuple[Layer, ...] = ()
    candidate_tower: tuple[Layer, ...] = ()
    embedding_dim: EmbeddingDim = 32
    normalize: bool = False

    @property
    def dense_layers(self) -> int:
        """Dense layers written for the deeper of the two towers."""
        return max(count_dense(self.query_tower), count_dense(self.candidate_tower))
