"""What every config model shares: frozen, unknown keys refused, names that are safe in SQL and code."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema

# What dates are taken from and what is taken from them: no window begins before the calendar does.
EARLIEST = date(1900, 1, 1)
MAX_DAYS = 36_500
CONFIG_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
TABLE = re.compile(
    r"(?:(?:[a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{0,62}\.)?[A-Za-z0-9_]{1,1024}\.[A-Za-z0-9_-]{1,1024}"
)


class Frozen(BaseModel):
    """A model that is parsed once at the boundary and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NamedConfig(Frozen):
    """A model of a whole file; its name is the file's."""

    name: str
    description: str = ""


def _identifier(value: str) -> str:
    if not IDENTIFIER.fullmatch(value):
        raise ValueError("use letters, digits and underscores, not beginning with a digit")
    return value


def _table(value: str) -> str:
    if not TABLE.fullmatch(value):
        raise ValueError("write it as dataset.table or project.dataset.table, without quotes")
    return value


def _past(moment: datetime) -> datetime:
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if utc > datetime.now(UTC):
        raise ValueError("use a moment that has passed, such as 2026-11-27T03:00:00Z, or leave it empty")
    return utc


Identifier = Annotated[str, AfterValidator(_identifier)]
TableName = Annotated[str, AfterValidator(_table)]
# A form takes it as any text, since Airflow's own moments have to name their zone.
PastMoment = Annotated[datetime, AfterValidator(_past), WithJsonSchema({"type": "string"})]
