"""Query parameters: names, BigQuery types and Python values."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from include.experiment.config.column_types import base_type
from include.experiment.config.dataset_config import Scalar

ParameterValue = bool | int | float | str | Decimal | date | datetime


@dataclass(frozen=True)
class QueryParameter:
    """A scalar query parameter.

    Attributes:
        name: Its name, without `@`.
        type: Its BigQuery type.
        value: Its value, of the Python type that BigQuery's client expects for `type`.
    """

    name: str
    type: str
    value: ParameterValue

    def __str__(self) -> str:
        """The parameter as one line of text, whatever its value holds."""
        return f"@{self.name} {self.type} = {json.dumps(self.value, default=str, ensure_ascii=False)}"


def moment_parameter(name: str, moment: datetime, reported: str) -> QueryParameter:
    """Return an instant as a parameter of a date column's own type.

    Args:
        name: The parameter's name.
        moment: The instant, UTC, at midnight.
        reported: The column's type: TIMESTAMP, DATETIME or DATE.
    """
    kind = base_type(reported)
    utc = moment.astimezone(UTC)
    values: dict[str, ParameterValue] = {"DATE": utc.date(), "DATETIME": utc.replace(tzinfo=None)}
    return QueryParameter(name, kind, values.get(kind, utc))


def condition_parameter(name: str, value: Scalar, reported: str) -> QueryParameter:
    """Return a value of a condition as a parameter of the column's own type."""
    kind = base_type(reported)
    converted: ParameterValue = value
    if kind in {"NUMERIC", "BIGNUMERIC"}:
        converted = Decimal(str(value))
    elif kind == "FLOAT64":
        converted = float(value)
    elif kind == "DATE":
        converted = datetime.fromisoformat(str(value)).date()
    elif kind in {"DATETIME", "TIMESTAMP"}:
        parsed = datetime.fromisoformat(str(value))
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
        converted = parsed.replace(tzinfo=None) if kind == "DATETIME" else parsed
    return QueryParameter(name, kind, converted)
