"""What the orchestrator sends as JSON, typed: each object is a `Section`, each problem with it a sentence."""

from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails


class Section(BaseModel):
    """An object of a config. It takes the fields that it declares, of their own type.

    The description of a field says what its value may be, in the words that follow "use" and "give". A
    validator of the whole config raises ValueError with a sentence of its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def problems(error: ValidationError, config: type[Section]) -> list[str]:
    """Returns a sentence about each problem: which field, what it is and what it may be.

    Args:
        error: What pydantic says.
        config: What was validated.
    """
    return [_sentence(details, config) for details in error.errors(include_url=False)]


def _sentence(details: ErrorDetails, config: type[Section]) -> str:
    if not details["loc"]:
        return str(details["ctx"]["error"])
    path, section, remedy = "", config, ""
    for part in details["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
        if field := section.model_fields.get(str(part)):
            remedy = field.description or ""
            section = _section_of(field.annotation) or section
    if details["type"] == "extra_forbidden":
        return f"{path} is unknown; use one of: {', '.join(section.model_fields)}."
    if details["type"] == "missing":
        return f"{path} is missing; give {remedy}."
    return f"{path} is {details['input']!r}; use {remedy}."


def _section_of(annotation: Any) -> type[Section] | None:
    """Returns the section that a field holds, by itself or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((found for part in get_args(annotation) if (found := _section_of(part))), None)
