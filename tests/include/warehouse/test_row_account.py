"""Each row of the window is accounted for, and NULL is dropped by what asks for a value alone."""

import pytest

from include import storage
from include.artifacts.layout import ArtifactLayout
from include.warehouse.row_account import account_of_staged, row_account
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.emulator


def account(shop):
    return row_account(shop.resolve(), shop.warehouse, timeout_s=PATIENCE_S)


def counts(shop):
    return {each.step: (each.rows, each.missing) for each in account(shop).dropped}


def conditions(shop, *listed):
    shop.config["filters"] = {"conditions": list(listed)}


def test_ids_are_counted_within_the_window_and_an_empty_text_is_none(small_shop):
    found = account(small_shop)

    # Nine rows: one after the window, one without a date; of the others, customers '' and NULL, product ''.
    assert (found.in_window, found.undated, found.kept) == (7, 1, 4)
    assert counts(small_shop) == {"id_customer": (2, 0), "id_product": (1, 0)}
    assert small_shop.rows("customer") == [("ann",), ("ann",), ("bob",), ("bob",)]


def test_what_is_left_out_by_name_keeps_rows_without_a_name(small_shop):
    conditions(small_shop, {"column": "department", "operator": "not_in", "value": ["FUEL"]})

    # Bread is of no department, since no product joins it.
    assert small_shop.rows("product") == [("bread",), ("milk",), ("milk",)]
    assert counts(small_shop)["condition_0"] == (1, 0)


@pytest.mark.parametrize(
    ("condition", "kept", "dropped"),
    [
        ({"operator": "not_in", "value": ["FUEL"], "missing": "drop"}, ["milk", "milk"], (2, 1)),
        ({"operator": "!=", "value": "FUEL"}, ["bread", "milk", "milk"], (1, 0)),
        ({"operator": "in", "value": ["FUEL"]}, ["fuel"], (3, 1)),
        ({"operator": "=", "value": "FUEL", "missing": "keep"}, ["bread", "fuel"], (2, 0)),
        ({"operator": "is_null"}, ["bread"], (3, 0)),
        ({"operator": "is_not_null"}, ["fuel", "milk", "milk"], (1, 0)),
    ],
)
def test_a_condition_says_what_becomes_of_rows_without_a_value(condition, kept, dropped, small_shop):
    conditions(small_shop, {"column": "department", **condition})

    assert [product for (product,) in small_shop.rows("product")] == kept
    assert counts(small_shop)["condition_0"] == dropped


def test_an_empty_text_is_missing_in_filters_and_in_what_is_staged(small_shop):
    small_shop.run(f"UPDATE {small_shop.table('products')} SET department = '' WHERE product = 'milk'")
    conditions(small_shop, {"column": "department", "operator": "is_null"})

    assert small_shop.rows("product, department") == [("bread", None), ("milk", None), ("milk", None)]


def test_each_condition_is_told_what_it_drops_of_what_is_left(small_shop):
    conditions(
        small_shop,
        {"column": "price", "operator": ">", "value": 1.5},
        {"column": "department", "operator": "not_in", "value": ["FUEL"]},
    )

    assert list(account(small_shop).lines())[-3:] == [
        "dropped: 2 rows do not fulfil filters.conditions[0], price > 1.5, 1 of them without a value",
        "dropped: 1 rows do not fulfil filters.conditions[1], department not_in ['FUEL']",
        "1 rows are left, before any share of revenue, least activity and sample",
    ]
    assert small_shop.rows("customer, product") == [("bob", "milk")]


def test_an_inner_join_says_what_it_drops(small_shop):
    small_shop.config["tables"][1]["join"] = "inner"

    # Bread, and what is no product at all.
    assert counts(small_shop)["join_products"] == (2, 0)
    assert small_shop.rows("product") == [("fuel",), ("milk",), ("milk",)]


@pytest.fixture
def staged_account(small_shop, tmp_path):
    """Stage the shop's rows, and return their account as a run has it."""
    root = tmp_path.as_uri()

    def staged_account():
        staged = small_shop.warehouse.stage(small_shop.query())
        asked = (small_shop.resolve(), small_shop.warehouse, staged, root)
        return staged, account_of_staged(*asked, timeout_s=PATIENCE_S)

    staged_account.kept = lambda table: ArtifactLayout(root).rows(table).row_account
    return staged_account


def billed_queries(shop):
    """How many queries of the account the warehouse has run."""
    return sum("steps AS (" in str(job.query) for job in shop.warehouse._client.list_jobs(all_users=True))


def test_rows_that_are_used_again_keep_their_account_and_their_source_is_not_read(small_shop, staged_account):
    _, first = staged_account()
    before = billed_queries(small_shop)

    staged, again = staged_account()

    assert staged.reused
    assert again == first == account(small_shop)
    assert billed_queries(small_shop) == before + 1  # that of the line before


def test_an_account_that_is_not_of_these_steps_is_asked_anew(small_shop, staged_account):
    staged, first = staged_account()
    (customer, *others) = first.dropped
    of_another_name = first.model_copy(
        update={"dropped": (customer.model_copy(update={"says": "?"}), *others)}
    )
    for text in (of_another_name.model_dump_json(), "{", '{"table": "orders"}'):
        storage.write_text(staged_account.kept(staged.table), text)
        assert staged_account()[1] == first
    storage.remove(staged_account.kept(staged.table))
    assert staged_account()[1] == first
