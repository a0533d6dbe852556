"""Turns pydantic's errors into sentences that name the file, the field, the value and the remedy."""

import difflib
import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from include.errors import Problem
from include.experiment.config.base import NamedConfig

_KINDS = {
    "int": "use a whole number",
    "float": "use a number",
    "finite": "use a finite number",
    "bool": "use true or false",
    "string": "use text",
    "list": "use a list",
    "tuple": "use a list",
    "dict": "use a mapping of keys to values",
    "model": "use a mapping of keys to values",
    "date": "use a date such as 2017-12-31",
    "datetime": "use a moment such as 2026-11-27T03:00:00Z",
}
MAX_LISTED, NEAREST = 25, 5
MAX_PROBLEMS = 50
_MAX_WORD = 100
_BOUNDS = {"ge": "at least {}", "gt": "more than {}", "le": "at most {}", "lt": "less than {}"}
_TEXTS = {
    "string_pattern_mismatch": "match the pattern {pattern}",
    "string_too_long": "use at most {max_length:,} characters",
    "invalid-json-value": "use text, a number, true or false, or a list or mapping of such",
}
_LENGTHS = {"too_short": "min_length", "too_long": "max_length"}


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return `did you mean 'x'? Otherwise use one of a, b, x`, or only the known words where none is near."""
    words = list(known)
    # Comparing takes the square of the length.
    text = str(word)[:_MAX_WORD]
    near = difflib.get_close_matches(text, words, n=1, cutoff=0.6)
    shortened = words
    if len(words) > MAX_LISTED:
        shortened = difflib.get_close_matches(text, words, n=NEAREST, cutoff=0)
    more = f" or {len(words) - len(shortened)} others" if len(words) > len(shortened) else ""
    listed = f"use one of {', '.join(shortened)}{more}" if words else "there is none yet"
    return f"did you mean {near[0]!r}? Otherwise {listed}" if near else listed


def shown(value: object, limit: int = 80) -> str:
    """Return `value` for a sentence, shortened."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def problems_from(error: ValidationError, model: Any, where: str) -> list[Problem]:
    """Return pydantic's errors as problems of the file `where`, in its order, the first ones where many.

    Args:
        error: What pydantic found.
        model: The model class, or the union of classes, that was validated.
        where: The file.
    """
    found = [details for details in error.errors() if not _is_echo(details)]
    problems = _merged(_problem(details, model, where) for details in found[:MAX_PROBLEMS])
    if len(found) > MAX_PROBLEMS:
        received = f"has {len(found) - MAX_PROBLEMS:,} more mistakes"
        problems.append(Problem(where, "the rest", received, "correct these first"))
    return problems


def _merged(problems: Iterable[Problem]) -> list[Problem]:
    """Return one problem a value: of a union, pydantic says for each member why the value is none of it."""
    remedies: dict[Problem, list[str]] = {}
    for problem in problems:
        remedies.setdefault(replace(problem, remedy=""), []).append(problem.remedy)
    return [replace(problem, remedy=_either(said)) for problem, said in remedies.items()]


def _either(remedies: Sequence[str]) -> str:
    different = list(dict.fromkeys(remedies))
    if _KINDS["float"] in different:
        different = [remedy for remedy in different if remedy != _KINDS["int"]]
    if len(different) > 1 and all(remedy.startswith("use ") for remedy in different):
        return f"use {', or '.join(remedy.removeprefix('use ') for remedy in different)}"
    return "; ".join(different)


def _is_echo(details: Any) -> bool:
    """Whether pydantic calls a list too short only because its items are already reported as wrong."""
    return bool(details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"])


def _problem(details: Any, model: Any, where: str) -> Problem:
    kind, context, value = details["type"], details.get("ctx", {}), details.get("input")
    location = _Location(model, details["loc"])
    field = location.path
    if kind == "extra_forbidden":
        return Problem(
            where, field, "is not a known key", did_you_mean(details["loc"][-1], location.siblings)
        )
    if kind == "missing":
        return Problem(where, field, "is missing", "add it")
    if kind == "union_tag_not_found":
        key = context["discriminator"].strip("'")
        return Problem(where, _join(field, key), "is missing", did_you_mean("", location.tags))
    if kind == "union_tag_invalid":
        key, tag = context["discriminator"].strip("'"), context["tag"]
        return Problem(where, _join(field, key), f"is {shown(tag)}", did_you_mean(tag, location.tags))
    return Problem(where, field or "the file", f"is {shown(value)}", _remedy(kind, context, value, location))


def _remedy(kind: str, context: Mapping[str, Any], value: object, location: "_Location") -> str:
    if kind in {"enum", "literal_error"}:
        choices = re.findall(r"'([^']*)'|\b(\d+)\b", context["expected"])
        return did_you_mean(value, [text or number for text, number in choices])
    if kind == "value_error":
        return str(context["error"])
    if kind in _LENGTHS:
        bound = context[_LENGTHS[kind]]
        return f"give {'at least' if kind == 'too_short' else 'at most'} {bound} of them"
    if kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        return f"use {location.bounds}"
    if kind in _TEXTS:
        return _TEXTS[kind].format(**context)
    return _KINDS.get(kind.split("_", maxsplit=1)[0], "use another value")


def _join(path: str, key: str) -> str:
    if len(key) > _MAX_WORD or not key.isprintable():
        key = shown(key)
    return f"{path}.{key}" if path else key


class _Location:
    """Where an error is: its YAML path, and what the models allow there."""

    def __init__(self, model: Any, loc: Sequence[str | int]) -> None:
        self.path = ""
        self.siblings: list[str] = []
        self.tags: list[str] = []
        self.metadata: list[Any] = []
        current: Any = model
        for step in loc:
            current = self._step(current, step)
        self.tags = list(_tagged(current))

    def _step(self, current: Any, step: str | int) -> Any:
        current = _unwrap(current)
        if isinstance(step, int):
            self.path = f"{self.path}[{step}]"
            return next((arg for arg in typing.get_args(current) if arg is not ...), None)
        tagged = _tagged(current)
        if step in tagged:
            return tagged[step]
        if isinstance(current, type) and issubclass(current, BaseModel):
            self.path = _join(self.path, step)
            model: type[BaseModel] = current
            self.siblings = [name for name in model.model_fields if name != "name" or _is_named(model)]
            info = model.model_fields.get(step)
            self.metadata = [] if info is None else [*info.metadata, *_annotated(info.annotation)]
            return None if info is None else info.annotation
        if typing.get_origin(current) in {dict, Mapping}:
            self.path = _join(self.path, step)
            values = typing.get_args(current)[1]
            self.metadata = _annotated(values)
            return values
        # A member of a plain union, named by pydantic after its type: no step in the YAML.
        return current

    @property
    def bounds(self) -> str:
        limits = {name: value for item in self.metadata for name, value in _limits(item).items()}
        return " and ".join(text.format(limits[name]) for name, text in _BOUNDS.items() if name in limits)


def _is_named(model: type[BaseModel]) -> bool:
    return not issubclass(model, NamedConfig)


def _limits(item: Any) -> dict[str, Any]:
    items = getattr(item, "metadata", None) or [item]
    return {name: getattr(one, name) for one in items for name in _BOUNDS if hasattr(one, name)}


def _annotated(annotation: Any) -> list[Any]:
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        return [item for arg in typing.get_args(annotation) for item in _annotated(arg)]
    return list(getattr(annotation, "__metadata__", ()))


def _unwrap(annotation: Any) -> Any:
    """Return the type inside Annotated and Optional."""
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = typing.get_args(annotation)[0]
            continue
        arguments = [arg for arg in typing.get_args(annotation) if arg is not type(None)]
        is_union = typing.get_origin(annotation) in {typing.Union, types.UnionType}
        if not (is_union and len(arguments) == 1):
            return annotation
        annotation = arguments[0]


def _tagged(annotation: Any) -> dict[str, Any]:
    """Return the members of a discriminated union by their tag."""
    members = {}
    for member in typing.get_args(_unwrap(annotation)):
        for field in getattr(member, "model_fields", {}).values():
            if typing.get_origin(field.annotation) is typing.Literal:
                members[typing.get_args(field.annotation)[0]] = member
                break
    return members
