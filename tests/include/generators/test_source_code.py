import ast

import pytest

from include.generators.source_code import (
    LINE_LENGTH,
    Call,
    Items,
    assignment,
    called_functions,
    import_statement,
    literal,
)
from tests.include.generators.checks import complaints

pytestmark = pytest.mark.unit

AWKWARD = [
    "plain",
    "it's",
    'say "hi"',
    'both \' and ""',
    "{braces}",
    "{{x}}",
    "back\\slash",
    "\\",
    "a\nb\t",
    "",
    "é",
]


@pytest.mark.parametrize("value", AWKWARD)
def test_any_text_survives_as_a_literal(value):
    assert ast.literal_eval(literal(value)) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", '"a"'),
        ("it's", '"it\'s"'),
        ('"', "'\"'"),
        (3, "3"),
        (0.05, "0.05"),
        (1e-06, "1e-06"),
        (None, "None"),
        (True, "True"),
    ],
)
def test_literals_are_written_as_the_formatter_writes_them(value, expected):
    assert literal(value) == expected


def test_awkward_texts_need_no_reformatting():
    value = Items([Call("Vocabulary", [text], {"name": text}) for text in AWKWARD], spread=True)
    source = f'"""Texts."""\n\nfrom somewhere import Vocabulary\n\n{assignment("TEXTS", value)}\n'
    assert complaints(source) == ""


def test_a_call_that_fits_stays_on_one_line():
    assert assignment("X", Call("Dense", [64], {"activation": "relu"})) == 'X = Dense(64, activation="relu")'


@pytest.mark.parametrize(("letters", "lines"), [(98, 1), (99, 3)])
def test_a_line_breaks_past_110_characters(letters, lines):
    # X = Call("…") is 12 characters around the text.
    assert len(assignment("X", Call("Call", ["a" * letters])).splitlines()) == lines


def test_a_spread_list_breaks_everything_around_it():
    value = Call(
        "Tower", keywords={"inputs": Items([Call("A", [1]), Call("B")], spread=True), "layers": Items([])}
    )
    assert assignment("X", value) == "\n".join(
        [
            "X = Tower(",
            "    inputs=[",
            "        A(1),",
            "        B(),",
            "    ],",
            "    layers=[],",
            ")",
        ]
    )


def test_long_calls_and_lists_inside_them_break_one_part_a_line():
    columns = Items([f"column_with_a_rather_long_name_{number}" for number in range(4)])
    text = assignment("X", Call("HashedCross", [columns], {"buckets": 10}))
    assert text.splitlines()[:3] == [
        "X = HashedCross(",
        "    [",
        '        "column_with_a_rather_long_name_0",',
    ]
    assert text.splitlines()[-3:] == ["    ],", "    buckets=10,", ")"]


def test_called_functions_are_found_at_every_depth():
    value = Call("A", [Items([Call("B", keywords={"x": Call("C")})])], {"y": 1})
    assert called_functions(value) == {"A", "B", "C"}


@pytest.mark.parametrize("length", [LINE_LENGTH, LINE_LENGTH + 1])
def test_imports_that_do_not_fit_on_a_line_get_one_each(length):
    name = "W" + "i" * (length - len("from recsflow_trainer.api.trainer import Dense, W"))
    source = import_statement("recsflow_trainer.api.trainer", {name, "Dense"})
    one_line = f"from recsflow_trainer.api.trainer import Dense, {name}"
    wrapped = f"from recsflow_trainer.api.trainer import (\n    Dense,\n    {name},\n)"
    assert source == (one_line if length == LINE_LENGTH else wrapped)
