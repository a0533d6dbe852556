from datetime import UTC, datetime

import pytest

from include.experiment.resolve.history import check_history, check_splits

pytestmark = pytest.mark.unit

# The window of these experiments ends on 2024-05-01.
FIRST = datetime(2024, 4, 11, 15, tzinfo=UTC)
LAST = datetime(2024, 4, 30, 20, tzinfo=UTC)


def sentences(problems):
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(("strategy", "days"), [("time_holdout", 19), ("strict_time", 9), ("random", 3000)])
def test_holdout_that_fits(strategy, days, configs):
    experiment = configs.resolve(split_strategy=strategy, holdout_days=days)
    assert check_history(experiment, FIRST, LAST) == []


def test_holdout_longer_than_the_data(configs):
    problems = check_history(configs.resolve(holdout_days=28), FIRST, LAST)
    assert sentences(problems) == [
        "run parameters: holdout_days is 28, but the data before 2024-05-01 span 19 days; use at most 18, "
        "since train rows are older than the holdout."
    ]


def test_holdout_of_the_config_longer_than_the_data(configs):
    configs.edit("datasets/shop.yaml", lambda d: d["split"].update(strategy="strict_time"))
    problems = check_history(configs.resolve(), FIRST, LAST)
    assert sentences(problems) == [
        "datasets/shop.yaml: split.holdout_days is 14, but the data before 2024-05-01 span 19 days; use at "
        "most 9, since eval and test take that many each."
    ]


def test_recommended_holdout_is_accepted(configs):
    for strategy, most in (("time_holdout", 18), ("strict_time", 9)):
        experiment = configs.resolve(split_strategy=strategy, holdout_days=most)
        assert check_history(experiment, FIRST, LAST) == []


def test_data_that_end_before_the_test_split(configs):
    problems = check_history(configs.resolve(holdout_days=5), FIRST, datetime(2024, 4, 20, tzinfo=UTC))
    assert sentences(problems) == [
        "run parameters: holdout_days is 5, from 2024-04-26, but the newest row is of 2024-04-20; set "
        "history_ends to 2024-04-21, or run for an earlier logical date."
    ]


def test_filters_that_keep_nothing(configs):
    condition = {"column": "colour", "operator": "=", "value": "plaid"}
    configs.edit("datasets/shop.yaml", lambda d: d.update(filters={"conditions": [condition]}))
    problems = check_splits(configs.resolve(), {"train": 0, "eval": 0, "test": 0})
    assert len(problems) == 1
    assert problems[0].field == "filters"
    assert "'plaid'" in problems[0].received
    assert problems[0].received.endswith("which keeps no row before 2024-05-01")


def test_no_rows_without_filters(configs):
    configs.edit("datasets/shop.yaml", lambda d: d.pop("filters", None))
    assert sentences(check_splits(configs.resolve(), {"train": 0, "eval": 0, "test": 0})) == [
        "datasets/shop.yaml: tables leaves no row before 2024-05-01 with a customer and a product; check the "
        "joins' keys and the ids for NULL."
    ]


def test_window_before_the_data(configs):
    experiment = configs.resolve(window_end=datetime(2023, 1, 1, tzinfo=UTC))
    assert sentences(check_history(experiment, FIRST, LAST)) == [
        "datasets/shop.yaml: the window is the beginning to 2023-01-01, but the data are 2024-04-11 to "
        "2024-04-30; run for a logical date within the data."
    ]


def test_table_without_dates(configs):
    (problem,) = sentences(check_history(configs.resolve(), None, None))
    assert problem.startswith("datasets/shop.yaml: tables[0].table has no dates in column sold_at; ")


def test_empty_splits_are_all_named_with_the_counts(configs):
    problems = sentences(check_splits(configs.resolve(), {"train": 12_345, "eval": 0}))
    assert [problem.split(";")[0] for problem in problems] == [
        "datasets/shop.yaml: split eval is empty (train 12,345, eval 0, test 0 rows)",
        "datasets/shop.yaml: split test is empty (train 12,345, eval 0, test 0 rows)",
    ]


def test_filled_splits_are_no_problem(configs):
    assert check_splits(configs.resolve(), {"train": 3, "eval": 1, "test": 1}) == []


@pytest.mark.parametrize(
    ("chosen", "remedies"),
    [
        (
            {"split_strategy": "random"},
            ["larger train_ratio", "smaller train_ratio", "smaller train_ratio or"],
        ),
        (
            {"split_strategy": "custom", "eval_ratio": 0.05},
            ["larger train_ratio", "larger eval_ratio", "smaller train_ratio or eval_ratio"],
        ),
        ({"split_strategy": "strict_time"}, ["shorter holdout", "longer holdout", "longer holdout"]),
        ({"split_strategy": "time_holdout"}, ["shorter holdout", "smaller train_ratio", "longer holdout"]),
    ],
)
def test_what_helps_an_empty_split_depends_on_how_rows_are_divided(configs, chosen, remedies):
    experiment = configs.resolve(**chosen)
    for split, remedy in zip(("train", "eval", "test"), remedies, strict=True):
        rows = {"train": 5, "eval": 5, "test": 5, split: 0}
        [problem] = sentences(check_splits(experiment, rows))
        assert f"; use a {remedy.removesuffix(' or')}" in problem
        assert ("holdout" in problem.split(";")[1]) == ("holdout" in remedy)
