from datetime import UTC, datetime

import pytest

from include.cards.tested_rows import rows_tested_on
from include.experiment.config.dataset_config import Filters
from include.experiment.resolve.source_state import SourceState, TableState
from include.sql.renderer import render_staging_query
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit


def key(experiment):
    rows = rows_tested_on(experiment)
    assert rows
    return rows.key


def state(rows=100, day=1):
    table = TableState(
        table="complete_journey.transactions", rows=rows, changed=datetime(2026, 1, day, tzinfo=UTC)
    )
    return SourceState(tables=(table,))


def with_dataset(experiment, **fields):
    return experiment.model_copy(update={"dataset": experiment.dataset.model_copy(update=fields)})


def with_filters(experiment, **filters):
    return with_dataset(experiment, filters=Filters.model_validate(filters))


BY_HASH = {"split_strategy": "custom", "train_ratio": 0.7, "eval_ratio": 0.1}
SAME = {
    "other features": {"features": "rich"},
    "another model": {"model": "ranking"},
    "a larger sample": {"sample_percent": 100},
    "a sample of customers": {"sample_unit": "customer"},
    "another learning rate": {"learning_rate": 0.01},
    "eval rows chosen otherwise": {"train_ratio": 0.6},
    "eval days before the test days": {"split_strategy": "strict_time"},
}


@pytest.mark.parametrize("parameters", SAME.values(), ids=SAME)
def test_what_does_not_change_the_test_rows_does_not_change_the_key(parameters):
    assert key(resolved(**parameters)) == key(resolved())


OTHER = {
    "another holdout": {"holdout_days": 14},
    "test rows by hash": {"split_strategy": "random"},
    "a past state of the tables": {"source_as_of": "2026-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("parameters", OTHER.values(), ids=OTHER)
def test_other_test_rows_have_another_key(parameters):
    assert key(resolved(**parameters)) != key(resolved())


def test_another_end_of_the_window_is_another_key():
    experiment = resolved()
    a_week_earlier = experiment.model_copy(update={"window_end": datetime(2017, 12, 25, tzinfo=UTC)})

    assert key(a_week_earlier) != key(experiment)


def test_a_later_begin_of_the_window_is_another_key():
    # Which customers are active is counted in the whole window.
    assert key(with_dataset(resolved(), history_days=90)) != key(resolved())


def test_another_state_of_the_source_is_another_key():
    one = resolved().model_copy(update={"source_state": state()})

    assert key(one) == key(one.model_copy(update={"source_state": state()}))
    assert key(one) != key(one.model_copy(update={"source_state": state(rows=101)}))
    assert key(one) != key(one.model_copy(update={"source_state": state(day=2)}))
    assert key(one) != key(resolved())


def test_each_filter_is_part_of_the_key():
    experiment = resolved().model_copy(update={"filter_types": {"quantity": "FLOAT"}})
    condition = {"column": "quantity", "operator": ">", "value": 0}
    filtered = [
        with_filters(experiment),
        with_filters(experiment, conditions=[condition]),
        with_filters(experiment, conditions=[{**condition, "value": 1}]),
        with_filters(experiment, conditions=[{**condition, "missing": "keep"}]),
        with_filters(experiment, min_interactions_per_customer=2),
        with_filters(experiment, min_interactions_per_customer=3),
        with_filters(experiment, top_revenue_share={"column": "sales_value", "share": 0.8}),
        with_filters(experiment, top_revenue_share={"column": "sales_value", "share": 0.9}),
        with_filters(experiment, top_revenue_share={"column": "quantity", "share": 0.9}),
    ]

    assert len({key(each) for each in filtered}) == len(filtered)


def test_rows_by_hash_are_the_same_where_as_many_are_left_for_the_test():
    assert key(resolved(**BY_HASH)) == key(resolved(**{**BY_HASH, "train_ratio": 0.6, "eval_ratio": 0.2}))
    assert key(resolved(**BY_HASH)) != key(resolved(**{**BY_HASH, "eval_ratio": 0.2}))


def test_whole_visits_by_hash_are_other_rows_than_single_ones():
    assert key(resolved(**BY_HASH, model="graph")) != key(resolved(**BY_HASH))
    # By time a visit is on one day, whether its rows stay together or not.
    assert key(resolved(model="graph")) == key(resolved())


def test_a_dataset_of_another_name_is_another_key():
    assert key(with_dataset(resolved(), name="copy")) != key(resolved())


def test_another_table_is_another_key():
    experiment = resolved()
    first, *others = experiment.dataset.tables
    moved = first.model_copy(update={"table": "archive.transactions"})

    assert key(with_dataset(experiment, tables=(moved, *others))) != key(experiment)


def test_equal_statements_have_equal_keys():
    one, other = resolved(), resolved(learning_rate=0.01)

    statements = {render_staging_query(each, staging_dataset="staging").fingerprint for each in (one, other)}

    assert len(statements) == 1
    assert key(one) == key(other)


def test_the_days_of_the_test_are_told():
    rows = rows_tested_on(resolved(holdout_days=7))

    assert rows
    assert (rows.first_day, rows.last_day) == ("2017-12-25", "2017-12-31")


def test_an_overfit_check_is_tested_on_nothing():
    assert rows_tested_on(resolved(overfit_rows=32, epochs=100)) is None
