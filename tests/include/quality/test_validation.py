import re

import pyarrow as pa
import pytest

from include.experiment.config.column_types import StagedType
from include.quality.check import count_rows
from include.quality.errors import ExpectationError
from include.quality.rules import Rule
from include.quality.validation import evaluate
from include.warehouse.errors import WarehouseUnavailable
from tests.include.complete_journey import resolved, with_quality
from tests.include.quality.staging import check_rows, staged

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("bigquery_emulator")]


def test_an_expectation_of_the_owner_is_checked(columns):
    own = {
        "type": "expect_column_mean_to_be_between",
        "severity": "critical",
        "kwargs": {"column": "household_id", "min_value": 30},
    }

    report = check_rows(pa.table(columns), with_quality(resolved(), expectations=[own]))

    # 0 to 49, ten times each.
    assert report.critical_failures == (
        "expect_column_mean_to_be_between(column='household_id', min_value=30): found 24.5",
    )


def test_an_unknown_expectation_names_its_place_and_the_nearest(columns):
    own = {"type": "expect_column_values_to_be_positiv", "kwargs": {"column": "household_id"}}

    with pytest.raises(
        ExpectationError, match=r"datasets/complete_journey.yaml: quality.expectations\[0\].type is"
    ):
        check_rows(pa.table(columns), with_quality(resolved(), expectations=[own]))


def test_wrong_arguments_of_an_expectation_name_their_place(columns):
    own = {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "household_id", "least": 30}}

    with pytest.raises(ExpectationError, match=r"quality.expectations\[0\].kwargs is .*least.*repair it"):
        check_rows(pa.table(columns), with_quality(resolved(), expectations=[own]))


OF_DATES = {
    "type": "expect_column_values_to_match_strftime_format",
    "kwargs": {"column": "day", "strftime_format": "%Y-%m-%d"},
}


def with_day(columns, repeated):
    """Rows with a text of their day, of which every tenth is none, and an experiment that checks these."""
    days = [("no day" if n % 10 == 0 else f"2017-12-{n % 28 + 1:02}") for n in range(500)]
    rows = pa.table({**columns, "day": pa.array(days, pa.string())})
    column = resolved().columns[0].model_copy(update={"name": "day", "staged_type": StagedType.STRING})
    asked = with_quality(resolved(), expectations=[OF_DATES])
    experiment = asked.model_copy(update={"columns": (*asked.columns, column)})
    return pa.concat_tables([rows] * repeated), experiment


def test_what_cannot_be_asked_in_sql_is_asked_of_all_rows_where_they_are_few(columns):
    (said,) = check_rows(*with_day(columns, 1)).warnings

    assert said.endswith("%Y-%m-%d'): 50 of 500 rows (10 %) differ, for example no day")


def test_what_cannot_be_asked_in_sql_is_asked_of_a_sample_that_is_named_and_the_same_in_each_run(columns):
    first, again = (check_rows(*with_day(columns, 24)).warnings for _ in range(2))

    # A tenth of the rows, give or take five standard deviations of a sample of that size.
    (said,) = first
    found = re.search(r"in a sample of 10,000 of 12,000 rows: ([\d,]+) of 10,000 rows", said)
    assert found, said
    assert abs(int(found[1].replace(",", "")) - 1000) < 150
    assert again == first


ROWS = Rule("there are rows", "expect_table_row_count_to_be_between", {"min_value": 1})


def test_an_outage_is_no_verdict(columns, monkeypatch):
    rows = staged(pa.table(columns))
    counts = count_rows(rows, resolved())
    monkeypatch.setattr(rows.warehouse._client._connection, "API_BASE_URL", "http://127.0.0.1:1")

    with pytest.raises(WarehouseUnavailable):
        evaluate(rows, counts, [ROWS], where="datasets/shop.yaml", date_column="bought")
