"""Staged rows of the basic feature config: 300 train, 100 eval and 100 test rows, these the newest."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

HOLDOUT = int(datetime(2017, 12, 4, tzinfo=UTC).timestamp())
DAY = 86_400


@pytest.fixture
def columns():
    """The columns of sound rows, for a test to spoil."""
    splits = ["train"] * 300 + ["eval"] * 100 + ["test"] * 100
    dates = [HOLDOUT - DAY - n * 60 for n in range(400)] + [HOLDOUT + n * 20_000 for n in range(100)]
    return {
        "household_id": pa.array([n % 50 for n in range(500)], pa.int64()),
        "product_id": pa.array([n % 70 for n in range(500)], pa.int64()),
        "transaction_timestamp": pa.array(dates, pa.int64()),
        "sales_value": pa.array([1.0 + n % 9 for n in range(500)], pa.float64()),
        "split": pa.array(splits, pa.string()),
    }


@pytest.fixture
def changed(columns):
    """Sound rows with one value of one column replaced."""

    def change(column, row, value):
        values = columns[column].to_pylist()
        values[row] = value
        return pa.table({**columns, column: pa.array(values, columns[column].type)})

    return change
