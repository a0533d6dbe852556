"""What a model has to show before it becomes champion; cheap to import, since DAG files do."""

from pydantic import Field

from include.experiment.base import Frozen

RECALL = ("recall@5", "recall@10", "recall@50", "recall@100")
RATING = ("rmse", "mae", "pairwise_accuracy", "spearman")
LOWER_IS_BETTER = frozenset({"rmse", "mae"})
# The first one is compared where a schedule names none.
METRICS_OF_TYPE = {
    "retrieval": ("recall@100", *RECALL[:-1]),
    "ranking": RATING,
    "multitask": ("recall@100", *RECALL[:-1], *RATING),
    "graph_ranking": (*RATING, "pairwise_accuracy_all", "spearman_all"),
}


class PromotionRule(Frozen):
    """The part of a schedule that its gate goes by.

    Attributes:
        metric: What is compared on the test rows, such as `recall@10`; by default recall@100, and rmse for
            models that only rate.
        margin: By what share the candidate has to be better than the champion and than the best baseline;
            0.01 is one percent. With 0 it still has to be better.
    """

    metric: str | None = None
    margin: float = Field(default=0.005, ge=0, lt=1)

    def metric_for(self, model_type: str) -> str:
        """Return the metric that models of a type are compared by."""
        return self.metric or METRICS_OF_TYPE[model_type][0]
