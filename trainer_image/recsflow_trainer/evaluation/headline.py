"""Which metric a run is judged by; the one place that says so."""

from recsflow_trainer.metrics_file import Headline

REPEATS_COUNT = 0.05
LENGTH = 100


def retrieval_headline(repeat_share: float) -> Headline:
    """Returns whether lists may hold what customers had bought, which the rows decide.

    Where hardly any row is a repeat, a place in a list that goes to something bought before is lost.

    Args:
        repeat_share: Share of the test rows whose customer had bought the product before.
    """
    if repeat_share >= REPEATS_COUNT:
        return Headline(
            f"recall@{LENGTH}",
            f"{repeat_share:.0%} of the test rows are repeats, so lists may hold what a customer had bought",
            ["recall", "repeat_recall", "novel_recall"],
        )
    few = (
        f"only {repeat_share:.1%} of the test rows are repeats" if repeat_share else "no test row is a repeat"
    )
    return Headline(
        f"unbought_recall@{LENGTH}",
        f"{few}, so lists leave out what a customer had bought",
        ["unbought_recall", "novel_recall"],
    )


def rating_headline() -> Headline:
    """Returns what tells how far ratings are from labels."""
    return Headline(
        "rmse",
        "it says how far predictions are from the labels",
        ["rmse", "mae", "pairwise_accuracy", "spearman", "pairwise_accuracy_all", "spearman_all"],
    )
