"""Expressions that turn a warehouse column into its staged type."""

from include.experiment.config.column_types import StagedType, base_type

_SECONDS = {
    "TIMESTAMP": "UNIX_SECONDS({column})",
    "DATETIME": "UNIX_SECONDS(CAST({column} AS TIMESTAMP))",
    "DATE": "UNIX_SECONDS(CAST({column} AS TIMESTAMP))",
    "TIME": "TIME_DIFF({column}, TIME '00:00:00', SECOND)",
}


_JOINED = {
    "ARRAY<STRING>": "ARRAY_TO_STRING({column}, {separator})",
    "ARRAY<INT64>": "ARRAY_TO_STRING(ARRAY(SELECT CAST(n AS STRING) FROM UNNEST({column}) n), {separator})",
}


def cast_expression(column: str, reported: str, staged: StagedType, separator: str = "''") -> str:
    """Return the SQL of a column in its staged type; dates become unix seconds, UTC, and arrays one text.

    Args:
        column: The column in SQL.
        reported: Its type as the warehouse reports it.
        staged: The type that is wanted.
        separator: What the values of an array are joined by, in SQL.
    """
    kind = base_type(reported)
    if kind in _JOINED:
        return _JOINED[kind].format(column=column, separator=separator)
    if kind == staged.value:
        return column
    return _SECONDS.get(kind, f"CAST({{column}} AS {staged.value})").format(column=column)
