"""Expressions that turn a warehouse column into its staged type."""

from include.experiment.column_types import StagedType, base_type

_SECONDS = {
    "TIMESTAMP": "UNIX_SECONDS({column})",
    "DATETIME": "UNIX_SECONDS(CAST({column} AS TIMESTAMP))",
    "DATE": "UNIX_SECONDS(CAST({column} AS TIMESTAMP))",
    "TIME": "TIME_DIFF({column}, TIME '00:00:00', SECOND)",
}


def cast_expression(column: str, reported: str, staged: StagedType) -> str:
    """Return the SQL of a column in its staged type; dates become unix seconds, UTC.

    Args:
        column: The column in SQL.
        reported: Its type as the warehouse reports it.
        staged: The type that is wanted.
    """
    kind = base_type(reported)
    if kind == staged.value:
        return column
    return _SECONDS.get(kind, f"CAST({{column}} AS {staged.value})").format(column=column)
