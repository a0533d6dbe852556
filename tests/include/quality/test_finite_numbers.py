import math

import pyarrow as pa
import pytest

from tests.include.complete_journey import resolved, with_quality
from tests.include.quality.staging import check_values

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("bigquery_emulator")]

TOLD = "sales_value is a finite number or missing: of 500 rows 3 infinite, 2 NaN, 1 beyond 3.4e38 (32 bits); "


@pytest.fixture
def spoiled(columns):
    """Sound rows with 3 infinite, 2 NaN, one too large and one missing number of the label."""
    values = columns["sales_value"].to_pylist()
    values[:7] = [math.inf, math.inf, -math.inf, math.nan, math.nan, -1e39, None]
    return pa.table({**columns, "sales_value": pa.array(values, pa.float64())})


def test_infinite_labels_are_counted_apart_and_stop_a_model_that_predicts_them(spoiled):
    report = check_values(spoiled, with_quality(resolved(model="ranking"), min_rows=500))

    assert report.critical_failures == (TOLD + "correct them, or leave these rows out by a view",)
    assert report.warnings == ()


def test_infinite_numbers_are_a_warning_where_nothing_predicts_them(spoiled):
    report = check_values(spoiled, with_quality(resolved(), min_rows=500))

    assert report.passed
    assert report.warnings == (TOLD + "they count as missing",)


def test_nan_among_predicted_labels_is_a_warning(changed):
    report = check_values(
        changed("sales_value", 7, math.nan), with_quality(resolved(model="ranking"), min_rows=500)
    )

    assert report.passed
    assert report.warnings == (
        "sales_value is a finite number or missing: of 500 rows 1 NaN; they count as missing",
    )


def test_missing_and_largest_numbers_pass_without_a_word(columns):
    values = [None, 3.4028234663852886e38, -3.4028234663852886e38, *columns["sales_value"].to_pylist()[3:]]
    rows = pa.table({**columns, "sales_value": pa.array(values, pa.float64())})

    assert check_values(rows, with_quality(resolved(), min_rows=500)).warnings == ()
