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


def problems(error: ValidationError, config: type[Section], *, place: str = "") -> list[str]:
    """Returns a sentence about each problem: which field, what it is and what it may be.

    Args:
        error: What pydantic says.
        config: What was validated.
        place: The name of the whole.
    """
    return [_sentence(details, config, place) for details in error.errors(include_url=False)]


def _sentence(details: ErrorDetails, config: type[Section], place: str) -> str:
    kind, section = details["type"], config
    if kind == "value_error":
        return str(details["ctx"]["error"])
    path, remedy = place, f"an object with {', '.join(config.model_fields)}"
    for part in details["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
        if field := section.model_fields.get(str(part)):
            remedy = field.description or ""
            section = _section_of(field.annotation) or section
    if kind == "extra_forbidden":
        return f"{path} is unknown; use one of: {', '.join(section.model_fields)}."
    if kind == "missing":
        return f"{path} is missing; give {remedy}."
    if kind == "json_invalid":
        return f"{path or 'it'} is not JSON ({details['ctx']['error']}); use {remedy}."
    return f"{path or 'it'} is {details['input']!r}; use {remedy}."


def _section_of(annotation: Any) -> type[Section] | None:
    """Returns the section that a field holds, by itself or in a list."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((found for part in get_args(annotation) if (found := _section_of(part))), None)
