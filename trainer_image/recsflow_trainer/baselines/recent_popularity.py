"""Everybody gets what sold most lately."""

from recsflow_trainer.baselines.popularity import counts, ranks_for_everybody
from recsflow_trainer.evaluation.novelty import Ranks, TestRows
from recsflow_trainer.evaluation.purchases import Purchases

DAYS = 28
_DAY_S = 86_400


def recent_popularity_ranks(seen: Purchases, rows: TestRows, candidates: int) -> Ranks:
    """Ranks products by how often they were bought in the last days; all others follow by their popularity.

    Args:
        seen: The purchases; the window ends with the newest of them.
        rows: The rows that are measured.
        candidates: Number of products.
    """
    recent = seen.take(seen.seconds > seen.seconds.max() - DAYS * _DAY_S)
    ever = counts(seen, candidates)
    # A purchase in the window outweighs any number before it.
    return ranks_for_everybody(counts(recent, candidates) * (ever.max() + 1) + ever, rows)
