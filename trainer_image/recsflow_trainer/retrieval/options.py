"""What may be chosen of a two-tower retrieval model."""

from dataclasses import dataclass
from typing import Any

from recsflow_trainer.errors import DeclarationError
from recsflow_trainer.history.declaration import History
from recsflow_trainer.losses.retrieval import LossName, LossOptions
from recsflow_trainer.towers.two_towers import TwoTowers


@dataclass(frozen=True, kw_only=True)
class RetrievalOptions(TwoTowers):
    """Two towers, what their loss is, and what counts beside their scores.

    Attributes:
        temperature: Scores are divided by it in the loss; None leaves them as they are. With normalized
            embeddings scores are cosines: give about 0.05, since a softmax over numbers between -1 and 1 is
            too flat to learn from.
        loss: What a customer's products are told from: "full", all products; "sampled", the customer's own
            and a sample of the others; "in_batch", the products of the batch's other rows. The first two
            take rows grouped by query, so that a customer is computed once for all that she bought.
        negatives: Size of the sample of "sampled", a batch; with "in_batch", products beside the rows' own.
        sampling_correction: With "in_batch", whether the loss corrects for popular products being negatives
            more often, by the log of each product's share of the training rows (Yi et al., RecSys 2019).
        remove_accidental_hits: With "in_batch", whether another row with the same product is no negative.
        half_life_days: A row so many days older than the newest one counts half; None counts all alike.
        product_bias: Whether each product has a number of its own, which starts at its log popularity.
        history: How the customer's own purchases count in the final scores; None leaves them to the towers.
        factorized_top_k: Whether each epoch also reports TFRS's FactorizedTopK as `val_factorized_top_k@5`
            and so on: slower than `val_recall@10` on the same rows, and it counts the same.
    """

    temperature: float | None = None
    loss: LossName = "in_batch"
    negatives: int = 0
    sampling_correction: bool = True
    remove_accidental_hits: bool = True
    half_life_days: float | None = None
    product_bias: bool = False
    history: History | None = None
    factorized_top_k: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.loss_options.check()
        if self.half_life_days is not None and (self.loss == "in_batch" or not self.half_life_days > 0):
            raise DeclarationError(
                f"Retrieval.half_life_days is {self.half_life_days} with loss {self.loss!r}; "
                "use a number above 0, and None with in_batch, which counts all rows alike."
            )

    def params(self) -> dict[str, Any]:
        """What tells this model from another, as flat values."""
        return {
            **self.tower_params(),
            "temperature": self.temperature,
            "loss": self.loss,
            "negatives": self.negatives,
            "sampling_correction": self.sampling_correction,
            "remove_accidental_hits": self.remove_accidental_hits,
            "half_life_days": self.half_life_days,
            "product_bias": self.product_bias,
            "history": self.history is not None,
        }

    @property
    def loss_options(self) -> LossOptions:
        """What of these the loss is made from."""
        return LossOptions(
            name=self.loss,
            temperature=1.0 if self.temperature is None else self.temperature,
            negatives=self.negatives,
            sampling_correction=self.sampling_correction,
            remove_accidental_hits=self.remove_accidental_hits,
        )
