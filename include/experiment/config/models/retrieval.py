"""A retrieval model: which products a customer may buy next."""

from enum import StrEnum
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from include.experiment.config.base import MAX_DAYS, Frozen
from include.experiment.config.models.model_type import ModelType
from include.experiment.config.models.two_towers import TwoTowerModel
from include.metrics.metric import Task

# Arguments of the signature `recommend`, which every model has that scores all products.
RECOMMEND_ARGUMENTS = ("k", "exclude_bought")


class RetrievalLoss(StrEnum):
    """What the products of a customer are told from."""

    FULL = "full"
    SAMPLED = "sampled"
    IN_BATCH = "in_batch"


class HistoryConfig(Frozen):
    """How a customer's own purchases count in the final scores.

    Attributes:
        window_days: Last days of training whose purchases the weights are fitted to.
        withheld: One in so many customers, whose rows of the window the towers do not see.
        epochs: Passes over the customers.
    """

    window_days: int = Field(default=28, ge=1, le=365)
    withheld: int = Field(default=5, ge=2, le=1000)
    epochs: int = Field(default=20, ge=1, le=1000)


class RetrievedModel(TwoTowerModel):
    """What every model has whose towers' dot product scores every product for every customer.

    Attributes:
        temperature: What scores are divided by before the softmax.
        residual: Whether a tower's layers correct the sum of its features instead of replacing it.
        loss: What a customer's products are told from.
        negatives: Sampled products a batch, with `sampled`; products beside the rows' own, with `in_batch`.
        sampling_correction: Whether in-batch scores are corrected for the candidates' frequency.
        remove_accidental_hits: Whether another row of a batch with the same product is no negative.
        half_life_days: Rows so many days old count half; not with `in_batch`.
        product_bias: Whether each product has a number of its own, which starts at its log popularity.
        history: The signal of the customer's own purchases; left out, the towers' scores are final.
        factorized_top_k: Whether each epoch also reports TensorFlow Recommenders' own metric on the rows of
            `val_recall@10`, as `val_factorized_top_k@5` and so on: it is slower and counts the same.
    """

    temperature: float = Field(default=1.0, gt=0, le=100)
    residual: bool = False
    loss: RetrievalLoss = RetrievalLoss.FULL
    negatives: int = Field(default=0, ge=0, le=1_048_576)
    sampling_correction: bool = True
    remove_accidental_hits: bool = True
    half_life_days: float | None = Field(default=None, ge=0.01, le=MAX_DAYS)
    product_bias: bool = True
    history: HistoryConfig | None = None
    factorized_top_k: bool = False

    @property
    def dense_layers(self) -> int:
        """Layers that correct the embeddings count as none: they start from nothing, and may be left out."""
        return 0 if self.residual else super().dense_layers

    @model_validator(mode="after")
    def _loss_has_what_it_needs(self) -> Self:
        if self.loss is RetrievalLoss.SAMPLED and not self.negatives:
            raise ValueError("give negatives, such as 4096, which loss sampled draws for each batch")
        if self.loss is RetrievalLoss.FULL and self.negatives:
            raise ValueError("remove negatives, since loss full compares with all products")
        if self.loss is RetrievalLoss.IN_BATCH and self.half_life_days is not None:
            raise ValueError("remove half_life_days, since loss in_batch counts all rows alike")
        return self


class RetrievalConfig(RetrievedModel):
    """Two towers that find the products a customer may buy next."""

    kind: ClassVar[ModelType] = ModelType(
        name="retrieval",
        tasks=frozenset({Task.RETRIEVAL, Task.TOWERS}),
        judged_by="recall@100",
        is_judged_by_rows=True,
        own_arguments=RECOMMEND_ARGUMENTS,
        declaration="include.generators.declarations.retrieval:retrieval",
    )
    type: Literal["retrieval"]
