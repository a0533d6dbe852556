import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from include.warehouse.row_account import DroppedRows, RowAccount
from tests.include.complete_journey import resolved, with_quality
from tests.include.quality.conftest import DAY, HOLDOUT
from tests.include.quality.staging import check_rows

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("bigquery_emulator")]


def experiment(**parameters):
    return with_quality(resolved(**parameters), min_rows=500)


def strict(**parameters):
    return experiment(split_strategy="strict_time", **parameters)


def test_sound_rows_pass_without_a_word(columns):
    report = check_rows(pa.table(columns), experiment())

    assert report.passed
    assert report.critical_failures == ()
    assert report.warnings == ()


@pytest.mark.parametrize(
    ("column", "row", "value", "expected"),
    [
        ("household_id", 7, None, "household_id is never NULL: 1 of 500 rows (0.2 %) differ"),
        ("product_id", 7, None, "product_id is never NULL: 1 of 500 rows (0.2 %) differ"),
        (
            "transaction_timestamp",
            7,
            None,
            "transaction_timestamp is never NULL: 1 of 500 rows (0.2 %) differ",
        ),
        ("split", 7, "validation", "1 of 500 rows (0.2 %) differ, for example validation"),
        ("transaction_timestamp", 450, HOLDOUT + 28 * DAY, "for example 2018-01-01 00:00:00 UTC"),
    ],
)
def test_a_critical_failure_shows_the_offending_rows(changed, column, row, value, expected):
    report = check_rows(changed(column, row, value), experiment())

    assert not report.passed
    assert [line for line in report.critical_failures if expected in line]


def test_a_test_row_older_than_the_newest_train_row_stops_the_run(changed):
    newest_train = HOLDOUT - DAY
    report = check_rows(changed("transaction_timestamp", 410, newest_train - 1), experiment())

    assert report.critical_failures == (
        "no test row is older than the newest train or eval row, of 2017-12-03 00:00:00 UTC: "
        "1 of 100 rows (1 %) differ, for example 2017-12-02 23:59:59 UTC",
    )


def test_a_test_row_as_old_as_the_newest_train_row_is_in_order(changed):
    assert check_rows(changed("transaction_timestamp", 410, HOLDOUT - DAY), experiment()).passed


def test_strict_time_also_orders_eval_after_train(columns):
    """The eval rows of these rows are older than the train rows, which time_holdout allows."""
    report = check_rows(pa.table(columns), strict())

    assert len(report.critical_failures) == 1
    assert "no eval row is older than the newest train row" in report.critical_failures[0]
    assert "100 of 100 rows (100 %)" in report.critical_failures[0]


def test_random_splits_have_no_order(changed):
    report = check_rows(
        changed("transaction_timestamp", 410, HOLDOUT - 9 * DAY), experiment(split_strategy="random")
    )

    assert report.passed


def test_rows_that_staging_left_out_are_a_warning_with_their_number(columns):
    dropped = [("id_household_id", 1200), ("id_product_id", 0), ("condition_0", 70)]
    account = RowAccount(
        table="shop.orders",
        undated=3,
        kept=500,
        dropped=[DroppedRows(step=step, says="…", rows=rows, missing=0) for step, rows in dropped],
    )

    report = check_rows(pa.table(columns), experiment(), account=account)

    assert report.passed
    # 500 + 1,200 + 70 rows are in the window.
    assert report.warnings == (
        "household_id is never missing in the source: 1,200 of the 1,770 rows in the window have none and "
        "are left out",
        "transaction_timestamp is never missing in the source: 3 rows of shop.orders have none, are in no "
        "window and are left out",
    )
    assert "dropped: 70 rows …" in report.html
    assert json.loads(report.json)["account"][0] == "1,770 rows of shop.orders are in the window"


def test_too_few_rows_stop_the_run(columns):
    report = check_rows(pa.table(columns), with_quality(resolved(), min_rows=501))

    assert report.critical_failures == ("there are at least 501 rows: found 500",)


def test_an_empty_split_stops_the_run(columns):
    rows = pa.table(columns).slice(0, 400)

    report = check_rows(rows, with_quality(resolved()))

    assert "test has rows: found 0" in report.critical_failures
    assert report.facts["test"].rows == 0


def test_one_customer_in_test_is_a_warning_and_in_train_critical(columns):
    splits, customers = columns["split"].to_pylist(), columns["household_id"].to_pylist()
    for split in ("test", "train"):
        alone = [1 if each == split else customer for each, customer in zip(splits, customers, strict=True)]
        report = check_rows(pa.table({**columns, "household_id": pa.array(alone, pa.int64())}), experiment())

        told = {"test": report.warnings, "train": report.critical_failures}[split]
        assert told == (f"{split} has at least 2 different household_id: found 1",)


def test_a_column_of_another_type_stops_the_run(columns):
    rows = pa.table({**columns, "product_id": columns["product_id"].cast(pa.string())})

    report = check_rows(rows, experiment())

    assert report.critical_failures == ("product_id is of type INT64: found STRING",)


def test_whole_numbers_beside_a_null_keep_their_type(changed):
    report = check_rows(changed("product_id", 7, None), experiment())

    assert not [line for line in report.critical_failures if "type" in line]


def test_a_missing_and_a_foreign_column_stop_the_run(columns):
    columns["surprise"] = columns.pop("product_id")

    report = check_rows(pa.table(columns), experiment())

    assert not report.passed
    assert (
        "the columns are household_id, product_id, transaction_timestamp, sales_value and split"
        in report.critical_failures[0]
    )
    assert "surprise" in report.critical_failures[0]


def test_stale_data_is_a_warning_with_the_newest_date(columns):
    report = check_rows(pa.table(columns), with_quality(resolved(), freshness_days=3))

    assert report.passed
    # The newest row is 99 * 20,000 s after 4 December.
    newest = datetime.fromtimestamp(HOLDOUT + 99 * 20_000, UTC)
    assert report.warnings == (
        "the newest transaction_timestamp is at most 3 days before 2018-01-01, the window's end: "
        f"found {newest:%Y-%m-%d %H:%M:%S} UTC",
    )


@pytest.mark.parametrize(("severity", "passed"), [("warning", True), ("critical", False)])
def test_a_range_has_the_severity_of_its_config(columns, severity, passed):
    limits = {"product_id": {"min": 1, "max": 68, "severity": severity}}

    report = check_rows(pa.table(columns), with_quality(resolved(), ranges=limits))

    # 500 rows count up modulo 70: 8 times a 0, 7 times a 69.
    assert (*report.critical_failures, *report.warnings) == (
        "product_id is at least 1 and at most 68: 15 of 500 rows (3 %) differ, for example 0, 69",
    )
    assert report.passed is passed


def test_nulls_up_to_the_limit_are_allowed(changed):
    rows = changed("product_id", 7, None)

    within = check_rows(rows, with_quality(resolved(), max_null_fraction={"product_id": 0.002}))
    beyond = check_rows(rows, with_quality(resolved(), max_null_fraction={"product_id": 0.001}))

    assert within.warnings == ()
    assert beyond.warnings == ("at most 0.001 of product_id is NULL: 1 of 500 rows (0.2 %) differ",)


def test_a_range_of_a_column_that_is_not_staged_is_said_to_be_skipped(columns):
    report = check_rows(pa.table(columns), with_quality(resolved(), ranges={"quantity": {"min": 0}}))

    assert report.passed
    assert report.skipped == (
        "quantity is at least 0: quantity is not among the staged columns, since no feature uses it",
    )


def test_rows_outside_the_sample_are_checked_by_no_rule(columns):
    left_out = {name: pa.array([None] * 40, values.type) for name, values in columns.items()}
    left_out["split"] = pa.array(["history"] * 40, pa.string())
    rows = pa.concat_tables([pa.table(columns), pa.table(left_out)])

    report = check_rows(rows, experiment())

    assert (report.critical_failures, report.warnings) == ((), ())
    assert check_rows(rows, with_quality(resolved(), min_rows=501)).critical_failures == (
        "there are at least 501 rows: found 500",
    )


def test_a_row_without_a_split_stops_the_run_beside_rows_outside_the_sample(columns):
    splits = [*columns["split"].to_pylist()[:498], None, "history"]
    rows = pa.table({**columns, "split": pa.array(splits, pa.string())})

    report = check_rows(rows, with_quality(resolved()))

    assert report.critical_failures == ("split is never NULL: 1 of 499 rows (0.2004 %) differ",)
