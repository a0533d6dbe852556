"""Names that may stand in SQL: validated, and quoted where a keyword would be misread."""

from include.errors import RecsflowError
from include.experiment.config.base import IDENTIFIER, TABLE

_RESERVED_WORDS = """
ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS
CUBE CURRENT DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE
FETCH FOLLOWING FOR FROM FULL GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT
INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP MERGE NATURAL NEW NO NOT NULL NULLS OF ON OR
ORDER OUTER OVER PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE RESPECT RIGHT ROLLUP ROWS SELECT
SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST USING WHEN WHERE WINDOW WITH
WITHIN
"""
RESERVED = frozenset(_RESERVED_WORDS.split())


class InvalidIdentifier(RecsflowError, ValueError):
    """A name that must not stand in SQL."""


def identifier(name: str) -> str:
    """Return a column or alias for SQL, between backticks where it is a reserved word."""
    if not IDENTIFIER.fullmatch(name):
        raise InvalidIdentifier(f"SQL name: is {name!r}; use letters, digits and underscores only.")
    return f"`{name}`" if name.upper() in RESERVED else name


def table(name: str, project: str | None = None) -> str:
    """Return a table for SQL, between backticks, with `project` in front where the name has none."""
    if not TABLE.fullmatch(name):
        raise InvalidIdentifier(f"SQL table: is {name!r}; use dataset.table or project.dataset.table.")
    full = f"{project}.{name}" if project and name.count(".") == 1 else name
    if not TABLE.fullmatch(full):
        raise InvalidIdentifier(f"SQL project: is {project!r}; use a Google Cloud project id.")
    return f"`{full}`"
