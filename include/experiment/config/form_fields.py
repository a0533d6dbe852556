"""What a form asks of a run parameter, from its declaration on a model; knows nothing of Airflow.

A declaration is a pydantic field: type, bounds, default, `title`, and `description` as help, in which
`{bounds}` stands for the bounds in words, `{Bounds}` at the beginning of a sentence. `on_form` says the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Self

from pydantic import BaseModel
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo

from include.configs import list_configs
from include.experiment.config.summaries import config_summary

# Airflow shows its own first section open and every other one closed: what most runs change is in it.
FIRST, ROWS, TRAINING, OTHER = "Run Parameters", "Rows", "Training", "Other"
AS_THE_CONFIG_SAYS = "as the config says"
_BOUNDS = {
    frozenset({"minimum", "maximum"}): "{minimum} to {maximum}",
    frozenset({"minimum", "exclusiveMaximum"}): "from {minimum} to below {exclusiveMaximum}",
    frozenset({"exclusiveMinimum", "maximum"}): "over {exclusiveMinimum}, up to {maximum}",
    frozenset({"exclusiveMinimum", "exclusiveMaximum"}): "between {exclusiveMinimum} and {exclusiveMaximum}",
    frozenset({"minimum", "maximum", "multipleOf"}): "a multiple of {multipleOf}, up to {maximum}",
}
_LIMITS = frozenset().union(*_BOUNDS)
# What is within an object is left to the models, whose sentences name the key.
_KEYWORDS = ("type", "enum", "maxLength", *sorted(_LIMITS))


def on_form(
    section: str, *, empty: str = "", configs: str = "", multiline: bool = False, not_searched: str = ""
) -> JsonDict:
    """Return the `json_schema_extra` of a run parameter's declaration.

    Args:
        section: The form's section.
        empty: What an empty field means, after 'Empty: '.
        configs: Kind of the configs that it names, such as `models`; the form offers those that there are.
        multiline: Whether it is a text of several lines.
        not_searched: Why a sweep gives all trials the same value, or how to search it otherwise; an empty
            text is a parameter that a sweep may search.
    """
    return {
        "section": section,
        "empty": empty,
        "configs": configs,
        "multiline": multiline,
        "not_searched": not_searched,
    }


@dataclass(frozen=True)
class FormField:
    """A field of a form.

    Attributes:
        default: What stands in it; None where it is empty.
        title: Its label.
        help: What it is, without what an empty one means; `{bounds}` is its bounds.
        section: The form's section.
        schema: JSON schema of its value: type, bounds and choices.
        empty: What an empty field means; an empty text says nothing of it.
        configs: Kind of the configs that it names.
        not_searched: Why a sweep does not search it.
    """

    default: Any
    title: str
    help: str
    section: str
    schema: Mapping[str, Any]
    empty: str
    configs: str
    not_searched: str

    @property
    def description(self) -> str:
        """The help as the form shows it."""
        bounds = _in_words(self.schema)
        said = self.help.replace("{bounds}", bounds).replace("{Bounds}", bounds.capitalize())
        may_be_empty = self.empty and "null" in self.schema["type"]
        return f"{said} Empty: {self.empty}." if may_be_empty else said

    @property
    def labels(self) -> dict[str, str]:
        """What the form shows for the choices of a list, by choice: what a config holds, what empty means."""
        choices = self.schema.get("enum", ())
        empty = {"null": f"({self.empty or 'empty'})"} if None in choices else {}
        held = {name: config_summary(self.configs, name) for name in choices if self.configs and name}
        return {**empty, **held}

    def optional(self, empty: str, section: str | None = None) -> Self:
        """Return the field as one that may be left empty, and is; `empty` says what that means."""
        return replace(
            self,
            default=None,
            schema=_nullable(self.schema),
            empty=empty,
            section=section or self.section,
        )

    def required(self, default: Any, **limits: int) -> Self:
        """Return the field as one that has a value, with other limits where they are given."""
        schema = {name: value for name, value in self.schema.items() if name != "type"}
        (kind,) = [each for each in _types(self.schema) if each != "null"]
        return replace(self, default=default, schema={**schema, "type": kind, **limits})


def form_fields(model: type[BaseModel]) -> dict[str, FormField]:
    """Return the form's fields of a model whose fields are declared with `on_form`, by name, in its order."""
    schema = _json_schema(model)
    return {
        name: _form_field(schema["properties"][name], schema.get("$defs", {}), declared)
        for name, declared in model.model_fields.items()
    }


@cache
def _json_schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _form_field(
    property_schema: Mapping[str, Any], definitions: Mapping[str, Any], declared: FieldInfo
) -> FormField:
    members = property_schema.get("anyOf", [property_schema])
    (value,) = [each for each in members if each.get("type") != "null"]
    if "$ref" in value:
        value = definitions[value["$ref"].rpartition("/")[2]]
    schema = {name: value[name] for name in _KEYWORDS if name in value}
    asked: Any = declared.json_schema_extra
    if asked["configs"]:
        schema["enum"] = list_configs(asked["configs"])
    if asked["multiline"]:
        schema["format"] = "multiline"
    # Airflow's form cannot be sent while a field is empty that is not nullable.
    default = property_schema["default"] if property_schema["default"] != "" else None
    return FormField(
        default=default,
        title=str(declared.title),
        help=str(declared.description),
        section=asked["section"],
        schema=_nullable(schema) if default is None else schema,
        empty=asked["empty"],
        configs=asked["configs"],
        not_searched=asked["not_searched"],
    )


def _types(schema: Mapping[str, Any]) -> list[str]:
    kinds = schema["type"]
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _nullable(schema: Mapping[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in _types(schema) if kind != "null"]
    choices = [choice for choice in schema.get("enum", ()) if choice is not None]
    return {**schema, "type": ["null", *kinds], **({"enum": [None, *choices]} if "enum" in schema else {})}


def _in_words(schema: Mapping[str, Any]) -> str:
    numbers = {name: schema[name] for name in _LIMITS if name in schema}
    written = {name: f"{n:,}" if n >= 10_000 else f"{n}" for name, n in numbers.items()}
    return _BOUNDS[frozenset(written)].format(**written) if written else ""
