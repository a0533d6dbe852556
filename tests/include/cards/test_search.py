import base64
import json

import pytest

from include.artifacts.layout import ArtifactLayout
from include.cards.card import State
from include.cards.conditions import CardFilter, InvalidSearch
from include.cards.index import CardIndex
from include.cards.search import count_facets, find_cards, get_cards
from include.cards.store import CardStore
from tests.include.cards.cards import card, experiment_id

pytestmark = pytest.mark.unit

CARDS = [
    card(1, state="succeeded", verdict="healthy", user="ann", metrics={"recall@10": 0.2, "loss": 3.0}),
    card(2, state="failed", dataset="shop", dag_id="sweep", params={"learning_rate": 0.05, "seed": 42}),
    card(3, state="succeeded", verdict="collapsed", features="rich", metrics={"recall@10": 0.1}),
    card(4, state="training", model="deep", number=12, name="quick_test #12 · deep · basic"),
    card(5, state="succeeded", verdict="healthy", dataset="shop", metrics={"recall@10": 0.2}),
]


@pytest.fixture
def store(tmp_path):
    return CardStore(ArtifactLayout(f"file://{tmp_path}/artifacts"))


@pytest.fixture
def index(store, tmp_path):
    for each in CARDS:
        store.write(each)
    index = CardIndex(store, tmp_path / "index")
    index.update()
    return index


def numbers(cards):
    return [int(each.run_id.removeprefix("manual__")) for each in cards]


def found(index, sort="created_at", **wanted):
    return numbers(find_cards(index, CardFilter(**wanted), sort=sort).cards)


def test_the_newest_come_first(index):
    page = find_cards(index, CardFilter())

    assert numbers(page.cards) == [5, 4, 3, 2, 1]
    assert page.cards == tuple(reversed(CARDS))
    assert (page.total, page.next_cursor) == (5, None)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"state": ("succeeded",)}, [1, 3, 5]),
        ({"state": ("succeeded", "failed")}, [1, 2, 3, 5]),
        ({"state": ("succeeded",), "dataset": ("shop",)}, [5]),
        ({"dag_id": ("sweep",)}, [2]),
        ({"verdict": ("healthy",)}, [1, 5]),
        ({"readable": frozenset({"quick_test"})}, [1, 3, 4, 5]),
        ({"readable": frozenset()}, []),
        ({"dataset": ("none of that name",)}, []),
        ({"dataset": ("'; DROP TABLE cards; --",)}, []),
    ],
)
def test_filters_narrow_down(index, wanted, expected):
    assert found(index, **wanted) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ann", [1]),
        ("SHOP", [2, 5]),
        ("shop sweep", [2]),
        ("learning_rate=0.05", [2]),
        ("#12", [4]),
        (experiment_id(3), [3]),
        ("manual__2", [2]),
        ("%", []),
        ("_", [1, 2, 3, 4, 5]),
        ("nobody", []),
    ],
)
def test_words_are_looked_for_in_names_ids_user_and_params(index, words, expected):
    assert found(index, q=words) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("recall@10", [3, 1, 5, 2, 4]),
        ("-recall@10", [5, 1, 3, 4, 2]),
        ("-dataset", [5, 2, 4, 3, 1]),
        ("number", [4, 1, 2, 3, 5]),
    ],
)
def test_cards_without_what_is_sorted_by_come_last(index, sort, expected):
    assert found(index, sort=sort) == expected


@pytest.mark.parametrize(
    "sort", ["created_at", "-created_at", "recall@10", "-recall@10", "-number", "dataset"]
)
def test_pages_have_each_card_once_in_order(index, sort):
    pages, cursor = [], None
    while True:
        page = find_cards(index, CardFilter(), sort=sort, cursor=cursor, limit=2)
        assert page.total == 5
        pages += numbers(page.cards)
        if page.next_cursor is None:
            break
        cursor = page.next_cursor

    assert pages == found(index, sort=sort)


def test_a_new_card_moves_no_page(index, store):
    first = find_cards(index, CardFilter(), limit=2)
    store.write(card(6))
    index.update()

    second = find_cards(index, CardFilter(), limit=2, cursor=first.next_cursor)

    assert numbers(first.cards) == [5, 4]
    assert numbers(second.cards) == [3, 2]


def test_each_facet_is_counted_under_the_filters_of_the_others(index):
    facets = count_facets(index, CardFilter(state=("succeeded",), dataset=("shop",)))

    counts = {field: {each.value: each.count for each in values} for field, values in facets.items()}
    assert counts == {
        "state": {"failed": 1, "succeeded": 1},
        "dataset": {"complete_journey": 2, "shop": 1},
        "features": {"basic": 1},
        "model": {"fast": 1},
        "verdict": {"healthy": 1},
    }


def test_facets_count_what_may_be_seen_alone(index):
    facets = count_facets(index, CardFilter(readable=frozenset({"sweep"})))

    assert [(each.value, each.count) for each in facets["dataset"]] == [("shop", 1)]


def test_some_cards_are_given_in_the_order_asked_for(index):
    ids = [experiment_id(4), experiment_id(99), experiment_id(2), experiment_id(1)]

    assert numbers(get_cards(index, ids)) == [4, 2, 1]
    assert numbers(get_cards(index, ids, readable={"quick_test"})) == [4, 1]


@pytest.mark.parametrize("sort", ["", "-", "recall@11", "card", "created_at; DROP TABLE cards", "--number"])
def test_a_sort_that_means_nothing_is_refused_with_what_does(index, sort):
    with pytest.raises(InvalidSearch, match=r"use created_at, .* or a metric such as recall@10"):
        find_cards(index, CardFilter(), sort=sort)


@pytest.mark.parametrize("cursor", ["", "x", "ä", "bnVsbA", "WzFd", "W10", "eyJhIjoxfQ", "a" * 1000, "=" * 5])
def test_a_cursor_that_is_none_is_refused(index, cursor):
    with pytest.raises(InvalidSearch, match="use next_cursor of the page before"):
        find_cards(index, CardFilter(), cursor=cursor)


@pytest.mark.parametrize("value", [10**30, "\ud800", ["a"], {"a": 1}])
def test_a_cursor_of_what_no_card_has_is_refused(index, value):
    # Made by hand, in the form of ours.
    text = json.dumps(["-created_at", value, experiment_id(1)])
    cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    with pytest.raises(InvalidSearch, match="use next_cursor of the page before"):
        find_cards(index, CardFilter(), cursor=cursor)


def test_a_cursor_of_another_order_is_refused(index):
    page = find_cards(index, CardFilter(), sort="number", limit=2)

    with pytest.raises(InvalidSearch, match="with the same sort, -created_at"):
        find_cards(index, CardFilter(), cursor=page.next_cursor)


@pytest.mark.parametrize(
    ("field", "first"), [("state", State.RESOLVED), ("kind", "experiment"), ("verdict", "healthy")]
)
def test_a_value_that_no_card_can_have_is_refused_with_what_there_is(field, first):
    with pytest.raises(InvalidSearch, match=f"{field} is 'thriving'; use one of {first}, "):
        CardFilter(**{field: ("thriving",)})
