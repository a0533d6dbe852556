"""The declaration of a multitask model."""

from include.experiment.config.models import MultitaskConfig
from include.experiment.resolve.experiment import Experiment
from include.generators.declarations.rating import rating
from include.generators.declarations.retrieval import retrieval
from include.generators.source_code import Call


def multitask(experiment: Experiment, model: MultitaskConfig) -> Call:
    """Returns `Multitask(...)`: the declaration of a retrieval model, and a rating head on its towers."""
    return Call(
        "Multitask",
        keywords={
            "retrieval": retrieval(experiment, model),
            "rating": rating(experiment, model),
            "retrieval_weight": model.retrieval_weight,
            "rating_weight": model.rating_weight,
        },
    )
