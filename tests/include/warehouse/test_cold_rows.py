import pytest

from include.warehouse.cold_rows import cold_rows

pytestmark = pytest.mark.emulator


def test_test_rows_are_counted_whose_customer_or_product_no_train_row_has(warehouse, with_select):
    # Customer 2 and product 8 are in train, customer 3 in eval alone; a repeated train row counts once.
    rows = "[(1, 7, 'train'), (2, 8, 'train'), (2, 8, 'train'), (3, 7, 'eval'), (2, 9, 'test'), "
    rows += "(3, 8, 'test'), (3, 9, 'test'), (4, 8, 'test')]"
    struct = "STRUCT<customer INT64, product INT64, split STRING>"
    query = with_select(f"SELECT customer, product, split FROM UNNEST(ARRAY<{struct}>{rows})")
    warehouse.stage(query)

    assert cold_rows(warehouse, query.table, ["customer", "product"]) == {"customer": 3, "product": 2}
