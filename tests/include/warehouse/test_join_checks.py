"""A join keeps one row an interaction, or the run stops."""

import pytest

from include.warehouse.join_checks import check_joins

pytestmark = pytest.mark.emulator

NEWER = "INSERT INTO {0} (product, department, valid_from) VALUES ('milk', 'DAIRY', DATE '{1}')"


def problems(shop):
    return [str(problem) for problem in check_joins(shop.resolve(), shop.warehouse)]


def test_one_row_a_key_is_no_problem(small_shop):
    # A row without a key is never found.
    small_shop.run(f"INSERT INTO {small_shop.table('products')} (department) VALUES ('A'), ('B')")

    assert problems(small_shop) == []


def test_a_second_row_for_a_key_is_refused_with_table_key_and_example(small_shop):
    small_shop.run(NEWER.format(small_shop.table("products"), "2024-01-03"))

    (said,) = problems(small_shop)

    assert said.startswith(
        "datasets/shop.yaml: tables[1].keys is product, but 1 of its values have several rows in "
        f"{small_shop.dataset}.products, for example product = 'milk' has 2, and an interaction would be "
        "repeated for each; set `latest_by`"
    )


@pytest.mark.parametrize(("since", "department"), [("2024-01-31", "DAIRY"), ("2024-02-01", "FOOD")])
def test_the_newest_row_before_the_end_of_the_window_is_joined(since, department, small_shop):
    small_shop.run(NEWER.format(small_shop.table("products"), since))
    small_shop.config["tables"][1]["latest_by"] = "valid_from"

    assert problems(small_shop) == []
    rows = small_shop.rows("customer, product, department")
    assert rows == [
        ("ann", "fuel", "FUEL"),
        ("ann", "milk", department),
        ("bob", "bread", None),
        ("bob", "milk", department),
    ]


def test_rows_that_are_newest_alike_are_refused(small_shop):
    small_shop.run(NEWER.format(small_shop.table("products"), "2023-01-01"))
    small_shop.config["tables"][1]["latest_by"] = "valid_from"

    (said,) = problems(small_shop)

    assert "tables[1].latest_by is valid_from, but 1 of its values have several rows in" in said
    assert "that are newest alike, for example product = 'milk' has 2" in said
