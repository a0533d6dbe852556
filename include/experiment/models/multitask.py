"""A multitask model: retrieval and ranking with shared towers."""

from typing import Literal

from include.experiment.models.two_towers import TwoTowerModel


class MultitaskConfig(TwoTowerModel):
    """Two towers that serve retrieval and a rating head at once."""

    type: Literal["multitask"]
