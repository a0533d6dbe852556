"""A ranking model: what number a customer and a product together have, such as the money spent."""

from typing import ClassVar, Literal

from include.experiment.config.models.model_type import ModelType
from include.experiment.config.models.rating import RatedModel
from include.metrics.metric import Task


class RankingConfig(RatedModel):
    """Two towers and a rating head that predicts the label column."""

    kind: ClassVar[ModelType] = ModelType(
        name="ranking",
        tasks=frozenset({Task.RATING, Task.TOWERS}),
        judged_by="rmse",
        learns_label=True,
        declaration="include.generators.declarations.ranking:ranking",
    )
    type: Literal["ranking"]
