"""What is measured of predicted numbers, on the test rows and on some eval rows after each epoch."""

from dataclasses import replace

from include.metrics.metric import Direction, Metric, Split, Task

_EVERY = frozenset({Task.RATING, Task.GRAPH_RATING})
_OF_GRAPHS = frozenset({Task.GRAPH_RATING})

_RMSE = Metric(
    name="rmse",
    title="Root mean squared error",
    help="How far predictions are from the label, in its units; large errors count more.",
    direction=Direction.MINIMIZE,
    tasks=_EVERY,
    promotes=True,
    is_searched=True,
)
_MAE = Metric(
    name="mae",
    title="Mean absolute error",
    help="How far predictions are from the label on average, in its units.",
    direction=Direction.MINIMIZE,
    tasks=_EVERY,
    promotes=True,
    is_searched=True,
)
_MEAN_ERROR = Metric(
    name="mean_error",
    title="Mean error",
    help="What all predictions together are off by; below 0 they are too low.",
    direction=None,
    tasks=_EVERY,
)
_PAIRWISE_ACCURACY = Metric(
    name="pairwise_accuracy",
    title="Pairwise accuracy",
    help="Share of a customer's pairs of rows that are in the right order; 0.5 is chance.",
    direction=Direction.MAXIMIZE,
    tasks=_EVERY,
    promotes=True,
    is_searched=True,
    is_followed=True,
)
_SPEARMAN = Metric(
    name="spearman",
    title="Spearman's correlation",
    help="How well a customer's rows are in the order of their labels, from -1 to 1.",
    direction=Direction.MAXIMIZE,
    tasks=_EVERY,
    promotes=True,
    is_searched=True,
    is_followed=True,
)
_PAIRWISE_ACCURACY_ALL = Metric(
    name="pairwise_accuracy_all",
    title="Pairwise accuracy over all",
    help="Share of all pairs of graphs that are in the right order; 0.5 is chance.",
    direction=Direction.MAXIMIZE,
    tasks=_OF_GRAPHS,
    promotes=True,
    is_searched=True,
)
_SPEARMAN_ALL = Metric(
    name="spearman_all",
    title="Spearman's correlation over all",
    help="How well all graphs are in the order of their targets, from -1 to 1.",
    direction=Direction.MAXIMIZE,
    tasks=_OF_GRAPHS,
    promotes=True,
    is_searched=True,
)
_TEST = (
    *(_RMSE, _MAE, _MEAN_ERROR, _PAIRWISE_ACCURACY, _SPEARMAN),
    *(_PAIRWISE_ACCURACY_ALL, _SPEARMAN_ALL),
)
_SPREAD = Metric(
    name="val_score_std",
    title="Spread of predictions, eval",
    help="Standard deviation of the predictions of some eval rows after an epoch.",
    direction=None,
    splits=(Split.EVAL,),
    tasks=_EVERY,
)


def _eval(metric: Metric) -> Metric:
    return replace(
        metric,
        name=f"val_{metric.name}",
        title=f"{metric.title}, eval",
        splits=(Split.EVAL,),
        promotes=False,
        is_searched=metric is _RMSE,
        is_followed=False,
    )


METRICS = (*_TEST, *map(_eval, _TEST), _SPREAD)
