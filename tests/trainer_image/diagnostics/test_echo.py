import numpy as np
import pytest

from recsflow_trainer.diagnostics.echo import list_measures

pytestmark = pytest.mark.tensorflow


def test_the_same_list_for_everybody():
    lists = np.tile(np.arange(10), (7, 1))
    popularity = np.arange(100)[::-1]
    assert list_measures(lists, popularity) == {
        "list_overlap@10": 1.0,
        "popular_overlap@10": 1.0,
        "coverage@10": 0.1,
        "listed_products@10": 10.0,
    }


def test_lists_that_share_nothing():
    lists = np.arange(40).reshape(4, 10)
    measured = list_measures(lists, np.arange(100))
    assert measured["list_overlap@10"] == 0
    assert measured["popular_overlap@10"] == 0
    assert measured["coverage@10"] == 0.4


def test_overlap_is_the_mean_over_all_pairs():
    random = np.random.default_rng(1)
    lists = np.stack([random.choice(30, 10, replace=False) for _ in range(9)])
    pairs = [(a, b) for a in range(9) for b in range(a)]
    expected = np.mean([len(np.intersect1d(lists[a], lists[b])) / 10 for a, b in pairs])
    assert list_measures(lists, np.arange(30))["list_overlap@10"] == pytest.approx(expected)


def test_only_the_first_ten_count_and_broken_lists_do_not():
    lists = np.stack([np.arange(100), np.arange(100)[::-1], np.full(100, -2)])
    assert list_measures(lists, np.arange(100))["list_overlap@10"] == 0
    assert list_measures(np.full([3, 10], -2), np.arange(100)) == {}


def test_fewer_than_ten_products():
    assert list_measures(np.array([[0, 1, 2]] * 2), np.arange(3))["list_overlap@10"] == 1
