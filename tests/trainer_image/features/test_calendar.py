from datetime import UTC, datetime, timedelta

import pytest

from recsflow_trainer.features import calendar
from recsflow_trainer.keras import tf

pytestmark = pytest.mark.tensorflow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(moments):
    return tf.constant([int((moment - EPOCH).total_seconds()) for moment in moments], tf.int64)


@pytest.mark.parametrize(
    ("moment", "hour", "weekday", "day", "month"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0, 3, 0, 0),
        (datetime(2000, 2, 29, 23, 59, 59, tzinfo=UTC), 23, 1, 28, 1),
        (datetime(1900, 3, 1, 12, tzinfo=UTC), 12, 3, 0, 2),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), 23, 2, 30, 11),
        (datetime(2017, 12, 31, 5, 30, tzinfo=UTC), 5, 6, 30, 11),
    ],
)
def test_known_moments(moment, hour, weekday, day, month):
    at = seconds([moment])
    found = [
        int(f(at)[0])
        for f in (calendar.hour_of_day, calendar.day_of_week, calendar.day_of_month, calendar.month_of_year)
    ]
    assert found == [hour, weekday, day, month]


def test_every_day_of_three_centuries_agrees_with_datetime():
    days = [datetime(1850, 1, 1, 7, tzinfo=UTC) + timedelta(days=n) for n in range(110_000)]
    at = seconds(days)
    assert calendar.month_of_year(at).numpy().tolist() == [day.month - 1 for day in days]
    assert calendar.day_of_month(at).numpy().tolist() == [day.day - 1 for day in days]
    assert calendar.day_of_week(at).numpy().tolist() == [day.weekday() for day in days]
