"""A ranking model: what number a customer and a product together have, such as the money spent."""

from typing import Literal

from include.experiment.config.models.rating import RatedModel


class RankingConfig(RatedModel):
    """Two towers and a rating head that predicts the label column."""

    type: Literal["ranking"]
