"""The declaration of a retrieval model."""

from include.experiment.config.choices import SplitStrategy
from include.experiment.config.models.retrieval import HistoryConfig, RetrievedModel
from include.experiment.resolve.experiment import Experiment
from include.generators.declarations.towers import tower
from include.generators.source_code import Call


def retrieval(experiment: Experiment, model: RetrievedModel) -> Call:
    """Returns `Retrieval(...)` with the towers of the experiment's features."""
    features = experiment.features
    return Call(
        "Retrieval",
        keywords={
            "query": tower(features.query, model.query_tower, residual=model.residual),
            "candidate": tower(features.candidate, model.candidate_tower, residual=model.residual),
            "customer_id": experiment.dataset.customer_id,
            "product_id": experiment.dataset.product_id,
            "embedding_dim": model.embedding_dim,
            "temperature": model.temperature,
            "normalize": model.normalize,
            "sampling_correction": model.sampling_correction,
            "remove_accidental_hits": model.remove_accidental_hits,
            "loss": model.loss.value,
            "negatives": model.negatives,
            "half_life_days": model.half_life_days,
            "product_bias": model.product_bias,
            **({"history": _history(experiment, model.history)} if model.history else {}),
            **({"factorized_top_k": True} if model.factorized_top_k else {}),
        },
    )


def _history(experiment: Experiment, history: HistoryConfig) -> Call:
    # Weights are fitted to purchases like those of the test rows: newer than what is known, or of all dates.
    newest_are_tested = experiment.split.strategy is SplitStrategy.TIME_HOLDOUT
    return Call(
        "History",
        keywords={
            "window_days": history.window_days,
            "withheld": history.withheld,
            "epochs": history.epochs,
            "fitted_to": "window" if newest_are_tested else "eval",
        },
    )
