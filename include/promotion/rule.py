"""What a model has to show before it becomes champion; cheap to import, since DAG files do."""

from pydantic import Field

from include.experiment.config.base import Frozen

RECALL = (
    "recall@100",
    *("recall@5", "recall@10", "recall@50"),
    *("unbought_recall@5", "unbought_recall@10", "unbought_recall@50", "unbought_recall@100"),
)
RATING = ("rmse", "mae", "pairwise_accuracy", "spearman")
LOWER_IS_BETTER = frozenset({"rmse", "mae"})
# The first one is compared where a schedule names none, and the training run no headline.
METRICS_OF_TYPE = {
    "retrieval": RECALL,
    "ranking": RATING,
    "multitask": (*RECALL, *RATING),
    "graph_ranking": (*RATING, "pairwise_accuracy_all", "spearman_all"),
}


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

    def metric_for(self, model_type: str, headline: str | None = None) -> str:
        """Return the metric that models of a type are compared by.

        Args:
            model_type: The type.
            headline: What the training run is judged by, which its rows decide; None where it did not tell.
        """
        return self.metric or headline or METRICS_OF_TYPE[model_type][0]
