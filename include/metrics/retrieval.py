"""What is measured of lists of products."""

from include.metrics.metric import Direction, Metric, Rows, Split, Task

CUTOFFS = (5, 10, 50, 100)
EVAL_CUTOFFS = (10, 100)
_TASKS = frozenset({Task.RETRIEVAL})


def _recall(k: int) -> Metric:
    return Metric(
        name=f"recall@{k}",
        title=f"Recall at {k}",
        help=f"Share of the test rows whose product is among the customer's {k} best.",
        direction=Direction.MAXIMIZE,
        tasks=_TASKS,
        promotes=True,
        is_searched=True,
    )


def _repeat_recall(k: int) -> Metric:
    return Metric(
        name=f"repeat_recall@{k}",
        title=f"Recall at {k} of repeats",
        help=f"Recall at {k} of the test rows whose customer had bought the product before.",
        direction=Direction.MAXIMIZE,
        tasks=_TASKS,
        rows=Rows.REPEAT,
        is_searched=True,
    )


def _novel_recall(k: int) -> Metric:
    return Metric(
        name=f"novel_recall@{k}",
        title=f"Recall at {k} of new products",
        help=f"Recall at {k} of the test rows whose product is new to the customer, of lists of new ones.",
        direction=Direction.MAXIMIZE,
        tasks=_TASKS,
        rows=Rows.NOVEL,
        is_searched=True,
    )


def _unbought_recall(k: int) -> Metric:
    return Metric(
        name=f"unbought_recall@{k}",
        title=f"Recall at {k} without what was bought",
        help=f"Share of the test rows whose product is among the {k} best that the customer had not bought.",
        direction=Direction.MAXIMIZE,
        tasks=_TASKS,
        promotes=True,
        is_searched=True,
    )


def _eval_recall(k: int) -> Metric:
    return Metric(
        name=f"val_recall@{k}",
        title=f"Recall at {k}, eval",
        help=f"Recall at {k} of some eval rows after an epoch; of a model with a history, once it is learnt.",
        direction=Direction.MAXIMIZE,
        splits=(Split.EVAL,),
        tasks=_TASKS,
        is_searched=k == EVAL_CUTOFFS[0],
    )


def _eval_unbought_recall(k: int) -> Metric:
    return Metric(
        name=f"val_unbought_recall@{k}",
        title=f"Recall at {k} without what was bought, eval",
        help=f"Recall at {k} of some eval rows after an epoch, of lists without what customers had bought.",
        direction=Direction.MAXIMIZE,
        splits=(Split.EVAL,),
        tasks=_TASKS,
    )


def _factorized_top_k(k: int) -> Metric:
    return Metric(
        name=f"val_factorized_top_k@{k}",
        title=f"Factorized top {k}, eval",
        help=f"Recall at {k} of the towers, counted by TensorFlow Recommenders' own metric.",
        direction=Direction.MAXIMIZE,
        splits=(Split.EVAL,),
        tasks=_TASKS,
        is_optional=True,
    )


_OVERFIT = Metric(
    name="recall@1",
    title="Recall at 1",
    help="Of an overfit check: share of its rows whose own product is before those of the other rows.",
    direction=Direction.MAXIMIZE,
    splits=(Split.TRAIN,),
    tasks=_TASKS,
    is_optional=True,
    is_followed=True,
)

METRICS = (
    *(of(k) for of in (_recall, _repeat_recall, _novel_recall, _unbought_recall) for k in CUTOFFS),
    *(of(k) for of in (_eval_recall, _eval_unbought_recall) for k in EVAL_CUTOFFS),
    *(_factorized_top_k(k) for k in CUTOFFS),
    _OVERFIT,
)
