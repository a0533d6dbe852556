"""What every training reports of its epochs, and what an overfit check adds."""

from include.metrics.metric import Direction, Metric, Split, Task

LOSS = Metric(
    name="loss",
    title="Loss",
    help="What training makes small, over the train rows of an epoch, and in the end over the test rows.",
    direction=Direction.MINIMIZE,
    splits=(Split.TRAIN, Split.TEST),
    is_followed=True,
)
EVAL_LOSS = Metric(
    name="val_loss",
    title="Loss, eval",
    help="What training makes small, over the eval rows after an epoch.",
    direction=Direction.MINIMIZE,
    splits=(Split.EVAL,),
    is_searched=True,
    is_followed=True,
)


def _score_std(name: str, scores: str) -> Metric:
    return Metric(
        name=name,
        title=f"Spread of {scores}",
        help=f"Of an overfit check: standard deviation of {scores} of its rows.",
        direction=None,
        splits=(Split.TRAIN,),
        is_optional=True,
        is_followed=True,
    )


# A model of two tasks has scores of each, told apart by what each task is measured by.
_SCORE_STDS = (
    _score_std("score_std", "the scores"),
    _score_std("score_std of recall@1", "the scores of products"),
    _score_std("score_std of pairwise_accuracy", "the rated scores"),
)
_GRADIENT_NORM = Metric(
    name="gradient_norm",
    title="Gradient norm",
    help="Of an overfit check: length of the gradients of all towers together.",
    direction=None,
    splits=(Split.TRAIN,),
    is_optional=True,
    is_followed=True,
)
_LEARNING_RATE = Metric(
    name="learning_rate",
    title="Learning rate",
    help="What the optimizer moved by in an epoch.",
    direction=None,
    splits=(Split.TRAIN,),
    is_followed=True,
)


def _spread(tower: str) -> Metric:
    return Metric(
        name=f"{tower}_spread",
        title=f"Spread of the {tower} tower, eval",
        help=f"How much the {tower} tower's outputs differ between some eval rows; 0 where all are alike.",
        direction=None,
        splits=(Split.EVAL,),
        tasks=frozenset({Task.TOWERS}),
    )


LOSSES = (LOSS, EVAL_LOSS)
GAUGES = (*_SCORE_STDS, _GRADIENT_NORM, _LEARNING_RATE, _spread("query"), _spread("candidate"))
