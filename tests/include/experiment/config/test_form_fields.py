from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import Field

from include.experiment.config.base import Frozen
from include.experiment.config.form_fields import FIRST, OTHER, form_fields, on_form

pytestmark = pytest.mark.unit


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Made(Frozen):
    steps: Annotated[int, Field(ge=10, le=20_000)] | None = Field(
        default=None,
        title="Steps",
        description="How many, {bounds}.",
        json_schema_extra=on_form(FIRST, empty="as many as there are"),
    )
    rate: float = Field(
        default=0.5,
        gt=0,
        le=2,
        title="Rate",
        description="{Bounds}. Or less.",
        json_schema_extra=on_form(OTHER, empty="never said, since it has a value"),
    )
    share: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        title="Share",
        description="A share, {bounds}.",
        json_schema_extra=on_form(OTHER),
    )
    eval_share: float = Field(
        default=0,
        ge=0,
        lt=1,
        title="Share",
        description="A share, {bounds}.",
        json_schema_extra=on_form(OTHER),
    )
    colour: Colour = Field(
        default=Colour.RED, title="Colour", description="Of it.", json_schema_extra=on_form(OTHER)
    )
    notes: str = Field(
        default="",
        max_length=9,
        title="Notes",
        description="Why.",
        json_schema_extra=on_form(OTHER, multiline=True),
    )
    model: str = Field(
        default="deep",
        title="Model",
        description="Which.",
        json_schema_extra=on_form(OTHER, configs="models"),
    )


@pytest.fixture
def fields(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    for name in ("deep", "flat"):
        (tmp_path / "models" / f"{name}.yaml").touch()
    monkeypatch.setenv("RECSFLOW_CONFIG_ROOT", str(tmp_path))
    return form_fields(Made)


def test_a_form_has_the_declared_types_bounds_choices_and_defaults(fields):
    assert {name: (field.default, field.schema) for name, field in fields.items()} == {
        "steps": (None, {"type": ["null", "integer"], "minimum": 10, "maximum": 20_000}),
        "rate": (0.5, {"type": "number", "exclusiveMinimum": 0, "maximum": 2}),
        "share": (None, {"type": ["null", "number"], "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        "eval_share": (0, {"type": "number", "minimum": 0, "exclusiveMaximum": 1}),
        "colour": ("red", {"type": "string", "enum": ["red", "blue"]}),
        # An empty text could not be sent.
        "notes": (None, {"type": ["null", "string"], "maxLength": 9, "format": "multiline"}),
        "model": ("deep", {"type": "string", "enum": ["deep", "flat"]}),
    }


def test_help_says_the_bounds_and_what_an_empty_field_means(fields):
    assert fields["steps"].description == "How many, 10 to 20,000. Empty: as many as there are."
    assert fields["rate"].description == "Over 0, up to 2. Or less."
    assert fields["share"].description == "A share, between 0 and 1."
    assert fields["eval_share"].description == "A share, from 0 to below 1."


def test_an_optional_field_may_be_empty_and_keeps_its_choices(fields):
    colour = fields["colour"].optional("as before", FIRST)
    assert (colour.default, colour.section) == (None, FIRST)
    assert colour.schema == {"type": ["null", "string"], "enum": [None, "red", "blue"]}
    assert colour.description == "Of it. Empty: as before."
    assert fields["steps"].optional("as before").description == "How many, 10 to 20,000. Empty: as before."


def test_a_required_field_has_a_value_and_may_have_other_limits(fields):
    steps = fields["steps"].required(50, minimum=5, multipleOf=5)
    assert steps.schema == {"type": "integer", "minimum": 5, "maximum": 20_000, "multipleOf": 5}
    assert (steps.default, steps.description) == (50, "How many, a multiple of 5, up to 20,000.")


def test_a_list_shows_what_empty_means_and_what_each_config_holds(fields, tmp_path):
    (tmp_path / "models" / "flat.yaml").write_text("description: No layer\nlearning_rate: 0.2\n")
    assert fields["colour"].labels == {}
    assert fields["colour"].optional("as before").labels == {"null": "(as before)"}
    assert fields["model"].labels == {"deep": "deep", "flat": "flat (learning rate 0.2): No layer"}
