"""The declaration of a retrieval model."""

from include.experiment.experiment import Experiment
from include.experiment.models.retrieval import HistoryConfig, RetrievalConfig, RetrievedModel
from include.generators.declarations.towers import tower
from include.generators.source_code import Call, Expression


def retrieval(experiment: Experiment, model: RetrievedModel) -> Call:
    """Returns `Retrieval(...)` with the towers of the experiment's features."""
    features = experiment.features
    residual = isinstance(model, RetrievalConfig) and model.residual
    return Call(
        "Retrieval",
        keywords={
            "query": tower(features.query, model.query_tower, residual=residual),
            "candidate": tower(features.candidate, model.candidate_tower, residual=residual),
            "customer_id": experiment.dataset.customer_id,
            "product_id": experiment.dataset.product_id,
            "embedding_dim": model.embedding_dim,
            "temperature": model.temperature,
            "normalize": model.normalize,
            "sampling_correction": model.sampling_correction,
            "remove_accidental_hits": model.remove_accidental_hits,
            **(_alone(model) if isinstance(model, RetrievalConfig) else {}),
        },
    )


def _alone(model: RetrievalConfig) -> dict[str, Expression]:
    """Returns what only a retrieval model has that no rating head shares its towers with."""
    keywords: dict[str, Expression] = {
        "loss": model.loss.value,
        "negatives": model.negatives,
        "half_life_days": model.half_life_days,
        "product_bias": model.product_bias,
    }
    return {**keywords, "history": _history(model.history)} if model.history else keywords


def _history(history: HistoryConfig) -> Call:
    return Call(
        "History",
        keywords={
            "window_days": history.window_days,
            "withheld": history.withheld,
            "epochs": history.epochs,
        },
    )
