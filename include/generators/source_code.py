"""Python expressions as the formatter lays them out: on one line where they fit, else one part a line."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

LINE_LENGTH = 110
_INDENT = "    "


@dataclass(frozen=True)
class Call:
    """A call such as `Dense(64, activation="relu")`.

    Attributes:
        function: Name of what is called.
        positional: Values without a keyword.
        keywords: Values by keyword.
    """

    function: str
    positional: Sequence["Expression"] = ()
    keywords: Mapping[str, "Expression"] = field(default_factory=dict)


@dataclass(frozen=True)
class Items:
    """A list; `spread` gives every item a line of its own."""

    items: Sequence["Expression"]
    spread: bool = False


Expression: TypeAlias = Call | Items | str | int | float | bool | None


def assignment(name: str, value: Expression) -> str:
    """Returns the statement `name = value`."""
    return _lay_out(f"{name} = ", value, "", indent=0)


def import_statement(module: str, names: Collection[str]) -> str:
    """Returns the import of names from a module, sorted as the linter sorts them."""
    line = f"from {module} import {', '.join(sorted(names))}"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"from {module} import (", *(f"{_INDENT}{name}," for name in sorted(names)), ")"])


def literal(value: str | float | bool | None) -> str:
    """Returns a value as source code: its repr, with the quotes that the formatter prefers."""
    if not isinstance(value, str):
        return repr(value)
    # With a double quote appended, repr always chooses single quotes.
    body = repr(value + '"')[1:-2]
    if value.count('"') > value.count("'"):
        return f"'{body}'"
    body = body.replace("\\'", "'").replace('"', '\\"')
    return f'"{body}"'


def _lay_out(before: str, value: Expression, after: str, *, indent: int) -> str:
    line = f"{_INDENT * indent}{before}{_flat(value)}{after}"
    if not isinstance(value, Call | Items) or not _parts(value):
        return line
    if len(line) <= LINE_LENGTH and not _is_spread(value):
        return line
    opening, closing = (f"{value.function}(", ")") if isinstance(value, Call) else ("[", "]")
    inner = [_lay_out(prefix, part, ",", indent=indent + 1) for prefix, part in _parts(value)]
    return "\n".join([f"{_INDENT * indent}{before}{opening}", *inner, f"{_INDENT * indent}{closing}{after}"])


def _flat(value: Expression) -> str:
    if not isinstance(value, Call | Items):
        return literal(value)
    inside = ", ".join(f"{prefix}{_flat(part)}" for prefix, part in _parts(value))
    return f"{value.function}({inside})" if isinstance(value, Call) else f"[{inside}]"


def _parts(value: Call | Items) -> list[tuple[str, Expression]]:
    if isinstance(value, Items):
        return [("", item) for item in value.items]
    keywords = [(f"{name}=", part) for name, part in value.keywords.items()]
    return [*(("", part) for part in value.positional), *keywords]


def _is_spread(value: Expression) -> bool:
    """Whether the value, or anything in it, asks for several lines."""
    if not isinstance(value, Call | Items):
        return False
    itself = isinstance(value, Items) and value.spread and bool(value.items)
    return itself or any(_is_spread(part) for _, part in _parts(value))


def called_functions(value: Expression) -> set[str]:
    """Returns the names that the expression calls, which its module must import."""
    if not isinstance(value, Call | Items):
        return set()
    inner = set[str]().union(*(called_functions(part) for _, part in _parts(value)))
    return inner | {value.function} if isinstance(value, Call) else inner
