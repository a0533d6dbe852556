"""The loss that a retrieval declaration asks for."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.evaluation.candidates import Candidates
from recsflow_trainer.losses.grouped import FullSoftmax, SampledSoftmax
from recsflow_trainer.losses.in_batch import InBatchSoftmax
from recsflow_trainer.losses.towers import RetrievalLoss

LossName = Literal["full", "sampled", "in_batch"]


@dataclass(frozen=True)
class LossOptions:
    """What is chosen about a retrieval loss.

    Attributes:
        name: What a query's products are told from.
        temperature: Divides the scores.
        negatives: Size of the sample; extra negatives of "in_batch".
        sampling_correction: Whether "in_batch" corrects for popular products.
        remove_accidental_hits: Whether "in_batch" leaves out other rows with the same product.
    """

    name: LossName
    temperature: float
    negatives: int
    sampling_correction: bool
    remove_accidental_hits: bool

    def check(self) -> None:
        """Raises DeclarationError for a choice that cannot be."""
        if self.name not in ("full", "sampled", "in_batch"):
            raise DeclarationError(f"Retrieval.loss is {self.name!r}; use full, sampled or in_batch.")
        if not self.temperature > 0:
            raise DeclarationError(
                f"Retrieval.temperature is {self.temperature}; use a number above 0, or None."
            )
        if self.negatives < 0 or (self.name == "sampled" and not self.negatives):
            raise DeclarationError(
                f"Retrieval.negatives is {self.negatives} with loss {self.name!r}; "
                "use 1 or more with sampled, 0 or more with in_batch."
            )

    def build(self, candidates: Candidates, product: str, counts: np.ndarray) -> RetrievalLoss:
        """Returns the loss.

        Args:
            candidates: The products, which grouped rows point into.
            product: Name of the product id among the features.
            counts: int64 [ids], training rows of each product id.
        """
        match self.name:
            case "full":
                return FullSoftmax(candidates.features, self.temperature)
            case "sampled":
                shares = counts[candidates.ids]
                return SampledSoftmax(candidates.features, shares, self.temperature, self.negatives)
            case "in_batch":
                return InBatchSoftmax(
                    product=product,
                    temperature=self.temperature,
                    product_counts=counts if self.sampling_correction else None,
                    remove_accidental_hits=self.remove_accidental_hits,
                    catalogue=candidates.features if self.negatives else None,
                    extra_negatives=self.negatives,
                )
