"""The declaration of a ranking model."""

from include.experiment.config.models import RankingConfig
from include.experiment.resolve.experiment import Experiment
from include.generators.declarations.rating import rating
from include.generators.declarations.towers import tower
from include.generators.source_code import Call


def ranking(experiment: Experiment, model: RankingConfig) -> Call:
    """Returns `Ranking(...)` with the towers of the experiment's features."""
    features = experiment.features
    return Call(
        "Ranking",
        keywords={
            "query": tower(features.query, model.query_tower),
            "candidate": tower(features.candidate, model.candidate_tower),
            "customer_id": experiment.dataset.customer_id,
            "product_id": experiment.dataset.product_id,
            "embedding_dim": model.embedding_dim,
            "normalize": model.normalize,
            "rating": rating(experiment, model),
        },
    )
