import pyarrow as pa
import pytest

from include.quality.cold_rows import cold_findings
from tests.include.complete_journey import resolved
from tests.include.quality.staging import check_rows, staged
from tests.include.quality.test_check import experiment

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("bigquery_emulator")]


def test_test_rows_of_customers_without_a_train_row_are_warned_about(columns):
    # 60 of the 100 test rows get customers of their own.
    customers = columns["household_id"].to_pylist()
    customers[400:460] = range(1_000, 1_060)
    table = pa.table({**columns, "household_id": pa.array(customers, pa.int64())})

    report = check_rows(table, experiment())

    assert report.passed
    assert report.warnings == (
        "at most 30% of the test rows are of a household_id without a train row: 60% are; take more days or "
        "a larger sample, or another split strategy",
    )


def test_an_eval_row_makes_no_product_known(columns):
    products = columns["product_id"].to_pylist()
    products[300:500] = [9_000] * 200
    table = pa.table({**columns, "product_id": pa.array(products, pa.int64())})

    (_, of_products) = cold_findings(staged(table), staged(table).count({}), resolved().dataset)

    assert not of_products.met
    assert of_products.observed.startswith("100% are")


def test_without_train_or_test_rows_nothing_is_said(columns):
    table = pa.table({**columns, "split": pa.array(["train"] * 500, pa.string())})

    assert cold_findings(staged(table), staged(table).count({}), resolved().dataset) == []
