"""What a model has to show before it becomes champion; cheap to import, since DAG files do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from include.experiment.config.base import Frozen

if TYPE_CHECKING:
    from include.experiment.config.models import ModelType


class PromotionRule(Frozen):
    """The part of a schedule that its gate goes by.

    Attributes:
        metric: What is compared on the test rows, such as `recall@10`; by default the headline of the
            training run: recall@100, unbought_recall@100 where hardly anything is bought again, and rmse for
            models that only rate.
        margin: By what share the candidate has to be better than the champion and than the best baseline;
            0.01 is one percent. With 0 it still has to be better.
    """

    metric: str | None = None
    margin: float = Field(default=0.005, ge=0, lt=1)

    def metric_for(self, model_type: ModelType, headline: str | None = None) -> str:
        """Return the metric that models of a type are compared by.

        Args:
            model_type: The type's record.
            headline: What the training run is judged by, which its rows decide; None where it did not tell.
        """
        return self.metric or headline or model_type.judged_by
