import json

import pytest

from include.plan.differences import first_line_that_differs, value_differences

pytestmark = pytest.mark.unit


def test_each_value_inside_json_is_named_by_its_path_and_the_names_of_runs_are_left_out():
    old = '{"experiment_id": "a", "metrics_uri": "/a", "training": {"epochs": 3, "seed": 1}}'
    new = '{"experiment_id": "b", "metrics_uri": "/b", "training": {"epochs": 5, "seed": 1}, "rows": 8}'
    assert [str(each) for each in value_differences("trainer_config", old, new)] == [
        "trainer_config: rows none -> 8",
        "trainer_config: training.epochs 3 -> 5",
    ]


def test_rows_outside_a_sample_differ_with_the_rows_and_are_no_difference_of_their_own():
    history = {"uri": "/rows/rows_aaaaaaaaaaaa/history", "date": "at", "label": None}
    old = json.dumps({"history": history, "training": {"learning_rate": 0.1}})
    new = json.dumps({"history": None, "training": {"learning_rate": 0.2}})
    (found,) = value_differences("trainer_config", old, new)
    assert str(found) == "trainer_config: training.learning_rate 0.1 -> 0.2"


def test_equal_values_do_not_differ():
    assert value_differences("rows_uri", "/rows", "/rows", ("a", "b")) == []


def test_staged_rows_differ_by_what_their_statements_say_not_by_their_hash():
    old = "-- @sample_buckets INT64 = 2500\nCREATE TABLE `local.staging.rows_aaaaaaaaaaaa`\nAS\nSELECT 1\n"
    new = old.replace("2500", "1000").replace("rows_aaaaaaaaaaaa", "rows_bbbbbbbbbbbb")
    (found,) = value_differences("rows_uri", "/r/rows_aaaaaaaaaaaa", "/r/rows_bbbbbbbbbbbb", (old, new))
    assert str(found) == "rows_uri rows_aaaaaaaaaaaa -> rows_bbbbbbbbbbbb"
    assert found.reason == "rows_uri: @sample_buckets INT64 = 2500 -> @sample_buckets INT64 = 1000"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a\nb\n", "a\nb\nc\n", "none -> c"),
        ("a\nb\nc\n", "b\nc\n", "a -> none"),
        ("same\n", "same\n", ""),
    ],
)
def test_a_line_more_or_less_is_told_from_another_one(old, new, said):
    assert first_line_that_differs(old, new) == said


def test_a_parameter_that_is_new_had_no_value():
    (found,) = value_differences("graph_options", None, "/x/y")
    assert str(found) == "graph_options none -> x/y"
