"""From the warehouse's column types to the four that training reads."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

# Reported types by column, by table as written in the config.
TableSchemas: TypeAlias = Mapping[str, Mapping[str, str]]


class StagedType(StrEnum):
    """Types of staged columns; TFX's BigQuery reader takes no others."""

    INT64 = "INT64"
    FLOAT64 = "FLOAT64"
    STRING = "STRING"


class Use(StrEnum):
    """What a staged column is used for, which decides how it may be cast."""

    ID = "id"
    KEY = "vocabulary or cross"
    LIST = "vocabulary with a separator"
    NUMBER = "number"
    CALENDAR = "cyclical time"
    DATE = "date"


_ALIASES = {
    "INTEGER": "INT64",
    "FLOAT": "FLOAT64",
    "BOOLEAN": "BOOL",
    "DECIMAL": "NUMERIC",
    "BIGDECIMAL": "BIGNUMERIC",
    "RECORD": "STRUCT",
    "REPEATED": "ARRAY",
}
_DATES = ("TIMESTAMP", "DATETIME", "DATE")
_NUMBERS = {
    "INT64": StagedType.INT64,
    "FLOAT64": StagedType.FLOAT64,
    "NUMERIC": StagedType.FLOAT64,
    "BIGNUMERIC": StagedType.FLOAT64,
    "BOOL": StagedType.INT64,
}
_SECONDS = dict.fromkeys((*_DATES, "TIME"), StagedType.INT64)
# Their values are joined to one text by the feature's separator.
LISTS = ("ARRAY<STRING>", "ARRAY<INT64>")
_SEPARATE = (
    "read it by a vocabulary with a `separator` that is in none of its values, such as '|', or take one "
    "element or UNNEST it in a view, and name the view as the table"
)
# A vocabulary holds text or whole numbers; decimals keep all their digits as text.
_KEYS = {
    "INT64": StagedType.INT64,
    "STRING": StagedType.STRING,
    "BOOL": StagedType.INT64,
    "FLOAT64": StagedType.STRING,
    "NUMERIC": StagedType.STRING,
    "BIGNUMERIC": StagedType.STRING,
}
STAGED_TYPES: dict[Use, dict[str, StagedType]] = {
    Use.ID: {key: _KEYS[key] for key in ("INT64", "STRING", "NUMERIC", "BIGNUMERIC")},
    Use.KEY: _KEYS | _SECONDS,
    Use.LIST: dict.fromkeys(("STRING", *LISTS), StagedType.STRING),
    Use.NUMBER: _NUMBERS | _SECONDS,
    Use.CALENDAR: _SECONDS,
    Use.DATE: dict.fromkeys(_DATES, StagedType.INT64),
}
_REMEDIES = {
    LISTS[0]: _SEPARATE,
    LISTS[1]: _SEPARATE,
    "ARRAY": "take one element or UNNEST it in a view, and name the view as the table",
    "STRUCT": "select one of its fields as a column in a view, and name the view as the table",
    "JSON": "extract a scalar with JSON_VALUE in a view, and name the view as the table",
    "GEOGRAPHY": "turn it into text or numbers (ST_GEOHASH, ST_X) in a view, and name the view as the table",
    "BYTES": "turn it into text with TO_HEX in a view, and name the view as the table",
    "INTERVAL": "turn it into a number with EXTRACT in a view, and name the view as the table",
    "RANGE": "take RANGE_START or RANGE_END in a view, and name the view as the table",
}


def base_type(reported: str) -> str:
    """Return the canonical type of a reported one.

    `INTEGER` is `INT64`, `NUMERIC(10, 2)` is `NUMERIC`, an array is `ARRAY`, or one of `LISTS`.
    """
    word, _, inner = re.sub(r"[(\s].*", "", reported.strip().upper()).partition("<")
    kind = _ALIASES.get(word, word)
    listed = f"{kind}<{base_type(inner.removesuffix('>'))}>" if kind == "ARRAY" and inner else kind
    return listed if listed in LISTS else kind


def staged_type(reported: str, use: Use) -> StagedType | None:
    """Return the type in which a column is staged, or None where it cannot serve that use."""
    return STAGED_TYPES[use].get(base_type(reported))


def type_remedy(reported: str, use: Use) -> str:
    """Return what to do about a column whose type cannot serve `use`."""
    special = _REMEDIES.get(base_type(reported))
    return special or f"use a column of type {', '.join(STAGED_TYPES[use])} as {use.value}"
