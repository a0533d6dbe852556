"""The SQL templates, and statements that only read."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.sql.parameters import QueryParameter


@dataclass(frozen=True)
class ReadQuery:
    """A statement that changes nothing, with its query parameters."""

    sql: str
    parameters: tuple[QueryParameter, ...] = ()


def render(template: str, **values: Any) -> str:
    """Return a template's SQL; values must be validated identifiers and expressions."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    return Environment(  # noqa: S701 (SQL, not HTML: values are query parameters, identifiers are validated)
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
