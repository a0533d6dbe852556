"""The proleptic Gregorian calendar in tensors, UTC."""

from recsflow_trainer.keras import tf

SECONDS_PER_HOUR = 3_600
SECONDS_PER_DAY = 86_400


def hour_of_day(seconds: tf.Tensor) -> tf.Tensor:
    """Returns the hour, 0 to 23, of int64 seconds since 1970."""
    return tf.math.floormod(seconds, SECONDS_PER_DAY) // SECONDS_PER_HOUR


def day_of_week(seconds: tf.Tensor) -> tf.Tensor:
    """Returns the weekday, Monday 0 to Sunday 6, of int64 seconds since 1970 (which began on a Thursday)."""
    return tf.math.floormod(seconds // SECONDS_PER_DAY + 3, 7)


def day_of_month(seconds: tf.Tensor) -> tf.Tensor:
    """Returns the day of the month, counted from 0 to 30, of int64 seconds since 1970."""
    return _month_and_day(seconds)[1]


def month_of_year(seconds: tf.Tensor) -> tf.Tensor:
    """Returns the month, January 0 to December 11, of int64 seconds since 1970."""
    return _month_and_day(seconds)[0]


def _month_and_day(seconds: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns month and day, both from 0.

    Counts from 1 March, so that the leap day ends its year and the months follow a 153-day rhythm.
    """
    days = seconds // SECONDS_PER_DAY + 719_468  # days from 0000-03-01 to 1970-01-01
    day_of_era = tf.math.floormod(days, 146_097)
    leap_days = day_of_era // 1_460 - day_of_era // 36_524 + day_of_era // 146_096
    year_of_era = (day_of_era - leap_days) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_from_march + 2) // 5
    return tf.math.floormod(month_from_march + 2, 12), day
