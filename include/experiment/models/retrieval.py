"""A retrieval model: which products a customer may buy next."""

from typing import Literal

from pydantic import Field

from include.experiment.models.two_towers import TwoTowerModel


class RetrievalConfig(TwoTowerModel):
    """Two towers whose dot product scores every product for every customer.

    Attributes:
        temperature: What scores are divided by before the softmax.
        sampling_correction: Whether in-batch scores are corrected for the candidates' frequency.
        remove_accidental_hits: Whether another row of a batch with the same product is no negative.
    """

    type: Literal["retrieval"]
    temperature: float = Field(default=1.0, gt=0, le=100)
    sampling_correction: bool = True
    remove_accidental_hits: bool = True
