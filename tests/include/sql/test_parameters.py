from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from include.sql.parameters import QueryParameter, condition_parameter, moment_parameter

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("reported", "value", "kind", "converted"),
    [
        ("INTEGER", 3, "INT64", 3),
        ("FLOAT", 3, "FLOAT64", 3.0),
        ("NUMERIC", 0.1, "NUMERIC", Decimal("0.1")),
        ("BOOLEAN", True, "BOOL", True),
        ("STRING", "it's `x`\n", "STRING", "it's `x`\n"),
        ("DATE", "2024-01-02", "DATE", date(2024, 1, 2)),
        ("DATETIME", "2024-01-02T03:04", "DATETIME", datetime(2024, 1, 2, 3, 4)),  # noqa: DTZ001
        ("TIMESTAMP", "2024-01-02", "TIMESTAMP", datetime(2024, 1, 2, tzinfo=UTC)),
        ("TIMESTAMP", "2024-01-02T03:00+02:00", "TIMESTAMP", datetime(2024, 1, 2, 1, tzinfo=UTC)),
    ],
)
def test_condition_value_has_its_columns_type(reported, value, kind, converted):
    assert condition_parameter("p", value, reported) == QueryParameter("p", kind, converted)


@pytest.mark.parametrize(
    ("reported", "value"),
    [
        ("TIMESTAMP", datetime(2024, 1, 2, tzinfo=UTC)),
        ("DATETIME", datetime(2024, 1, 2)),  # noqa: DTZ001
        ("DATE", date(2024, 1, 2)),
    ],
)
def test_window_is_compared_in_the_columns_own_type(reported, value):
    parameter = moment_parameter("window_end", datetime(2024, 1, 2, tzinfo=UTC), reported)
    assert (parameter.type, parameter.value) == (reported, value)


def test_parameter_is_one_line_whatever_its_value():
    text = str(QueryParameter("p", "STRING", 'a\n-- b\r\n"c"'))
    assert text.splitlines() == ['@p STRING = "a\\n-- b\\r\\n\\"c\\""']
