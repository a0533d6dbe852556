"""The rating head, as ranking and multitask models declare it."""

from include.experiment.config.models.rating import (
    AbsoluteErrorLoss,
    BinaryCrossentropyLoss,
    HuberLoss,
    PairwiseLoss,
    RatedModel,
    RatingLoss,
    SquaredErrorLoss,
)
from include.experiment.resolve.experiment import Experiment
from include.generators.declarations.towers import layer_list
from include.generators.source_code import Call


def rating(experiment: Experiment, model: RatedModel) -> Call:
    """Returns `Rating(...)` of the dataset's label."""
    return Call(
        "Rating",
        [experiment.dataset.label],
        {
            "transform": model.label_transform.value,
            "loss": loss_call(model.rating_loss),
            "layers": layer_list(model.rating_head),
        },
    )


def loss_call(loss: RatingLoss) -> Call:
    """Returns the declaration of a loss."""
    match loss:
        case SquaredErrorLoss():
            return Call("MeanSquaredError")
        case AbsoluteErrorLoss():
            return Call("MeanAbsoluteError")
        case HuberLoss():
            return Call("Huber", keywords={"delta": loss.delta})
        case BinaryCrossentropyLoss():
            return Call("BinaryCrossentropy")
        case PairwiseLoss():
            return Call("PairwiseRankLoss", keywords=loss.model_dump(exclude={"type"}))
