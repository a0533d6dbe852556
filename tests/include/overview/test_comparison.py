import pytest

from include.overview.comparison import Compared, compare
from include.overview.measures import Better, Measure, better_of
from include.overview.parameters import Parameter, Source
from tests.include.cards.cards import card

pytestmark = pytest.mark.unit

ROWS = {"key": "a", "first_day": "2017-12-04", "last_day": "2017-12-31"}


def compared(number, *, measures=None, parameters=None, **fields):
    return Compared(
        card=card(number, **{"test_rows": ROWS, **fields}),
        parameters=[
            Parameter(name=name, title=name, value=value, source=Source.RUN, where="", section="")
            for name, value in (parameters or {}).items()
        ],
        measures=[
            Measure(name=name, title=name, help="", value=value, better=better_of(name), baselines={})
            for name, value in (measures or {}).items()
        ],
        metrics=None,
    )


def best(*values, metric="recall@10", **fields):
    found = compare([compared(n, measures={metric: value}, **fields) for n, value in enumerate(values, 1)])
    return found.metrics[0].best


def test_small_is_good_of_an_error_and_large_of_recall():
    assert best(0.9, 1.2, 1.0, metric="rmse") == (0,)
    assert best(0.9, 1.2, 1.0, metric="recall@10") == (1,)


def test_equals_are_marked_alike_and_one_alone_is_not_best():
    assert best(0.2, 0.1, 0.2) == (0, 2)
    assert best(0.2, None) == ()
    assert best(None, None) == ()


def test_a_metric_without_a_good_side_has_no_best():
    # As the spread of a tower, or one that another version reports.
    assert best(0.2, 0.1, metric="query_spread") == ()
    assert best(0.2, 0.1, metric="unheard_of@3") == ()
    assert (better_of("query_spread"), better_of("val_loss")) == (None, Better.LOWER)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (
            {"dataset": "shop", "test_rows": {**ROWS, "key": "b"}},
            "They are tested on different datasets: complete_journey and shop.",
        ),
        (
            {"test_rows": {"key": "b", "first_day": "2017-11-06", "last_day": "2017-12-03"}},
            "They are tested on different rows of complete_journey: 2017-12-04 to 2017-12-31 and "
            "2017-11-06 to 2017-12-03.",
        ),
        (
            {"test_rows": {**ROWS, "key": "b"}},
            "They are tested on different states of complete_journey, or on rows that are chosen otherwise.",
        ),
        ({"test_rows": None, "name": "quick"}, "It is not known which rows quick was tested on."),
    ],
)
def test_on_other_rows_nothing_is_best_and_it_says_why(other, reason):
    one = compared(1, measures={"recall@10": 0.1})
    found = compare([one, compared(2, measures={"recall@10": 0.2}, **other)])

    assert (found.comparable, found.reason) == (False, reason)
    assert found.metrics[0].best == ()
    assert found.metrics[0].values == (0.1, 0.2)


def test_parameters_that_differ_come_first_and_one_that_is_missing_differs():
    found = compare(
        [
            compared(1, parameters={"model": "fast", "epochs": 3, "loss": "sampled"}),
            compared(2, parameters={"model": "fast", "epochs": 6}),
        ]
    )
    rows = [(each.name, each.values, each.differs) for each in found.parameters]
    assert rows == [
        ("epochs", (3, 6), True),
        ("loss", ("sampled", None), True),
        ("model", ("fast", "fast"), False),
    ]
