import pytest

from include.sql.splits import chosen_rows, row_key, sample_key
from tests.include.complete_journey import resolved

pytestmark = pytest.mark.unit

CUSTOMER, BASKET = "CAST(household_id AS STRING)", "CAST(basket_id AS STRING)"


def test_no_basket_of_a_graph_is_torn():
    assert row_key(resolved(model="graph")) == [CUSTOMER, BASKET]


def test_graphs_are_sampled_by_customer():
    assert sample_key(resolved(model="graph", sample_unit="row")) == [CUSTOMER]


def test_no_single_row_of_a_customer_becomes_a_graph():
    conditions, _ = chosen_rows(resolved(model="graph", sample_percent=25))
    assert conditions == ["split = 'test'", "sample_bucket < @sample_buckets"]


def test_rows_of_other_models_go_each_their_own_way():
    key = row_key(resolved(model="shallow"))
    assert BASKET not in key
    assert key[0] == CUSTOMER
    assert len(key) == 3
    assert sample_key(resolved(model="shallow")) == key
