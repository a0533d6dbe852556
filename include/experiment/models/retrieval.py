"""A retrieval model: which products a customer may buy next."""

from typing import Literal

from pydantic import Field

from include.experiment.models.two_towers import TwoTowerModel


class RetrievedModel(TwoTowerModel):
    """What every model has whose towers' dot product scores every product for every customer.

    Attributes:
        temperature: What scores are divided by before the softmax.
        sampling_correction: Whether in-batch scores are corrected for the candidates' frequency.
        remove_accidental_hits: Whether another row of a batch with the same product is no negative.
    """

    temperature: float = Field(default=1.0, gt=0, le=100)
    sampling_correction: bool = True
    remove_accidental_hits: bool = True


class RetrievalConfig(RetrievedModel):
    """Two towers that find the products a customer may buy next."""

    type: Literal["retrieval"]
