"""A multitask model: retrieval and ranking with shared towers."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from include.experiment.config.models.model_type import ModelType
from include.experiment.config.models.rating import RatedModel
from include.experiment.config.models.retrieval import RECOMMEND_ARGUMENTS, RetrievedModel
from include.metrics.metric import Task


class MultitaskConfig(RatedModel, RetrievedModel):
    """Two towers that serve retrieval and a rating head at once.

    Attributes:
        retrieval_weight: Factor of the retrieval loss in the sum that is trained.
        rating_weight: Factor of the rating loss.
    """

    kind: ClassVar[ModelType] = ModelType(
        name="multitask",
        tasks=frozenset({Task.RETRIEVAL, Task.RATING, Task.TOWERS}),
        judged_by="recall@100",
        is_judged_by_rows=True,
        learns_label=True,
        own_arguments=RECOMMEND_ARGUMENTS,
        declaration="include.generators.declarations.multitask:multitask",
    )
    type: Literal["multitask"]
    retrieval_weight: float = Field(default=1.0, ge=0)
    rating_weight: float = Field(default=1.0, ge=0)

    @model_validator(mode="after")
    def _both_tasks_are_learnt(self) -> Self:
        for task, weight in (("retrieval", self.retrieval_weight), ("ranking", self.rating_weight)):
            if weight == 0:
                other = "ranking" if task == "retrieval" else "retrieval"
                raise ValueError(f"use type {other}, since a weight of 0 leaves {task} untrained")
        return self
