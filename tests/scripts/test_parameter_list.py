"""The list of run parameters says what the forms do."""

import pytest

from scripts import parameter_list

pytestmark = pytest.mark.unit


def row(name, text):
    (found,) = [line for line in text.splitlines() if line.startswith(f"| `{name}` |")]
    return [cell.strip() for cell in found.strip("|").split(" | ")]


def test_the_document_is_what_the_forms_say():
    assert parameter_list.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("name", "values", "default"),
    [
        ("learning_rate", "number, over 0, up to 10", "empty"),
        ("eval_ratio", "number, from 0, below 1", "empty"),
        ("sample_percent", "`5`, `10`, `25`, `100`", "`25`"),
        ("model", "a file of `include/configs/models`", "`history`"),
        ("notes", "text, at most 5,000 characters", "empty"),
        ("dry_run", "true or false", "`true`"),
        ("trials", "integer, from 1, up to 200", "empty"),
    ],
)
def test_range_and_default_are_those_of_the_form(name, values, default):
    text = parameter_list.document().split("## `overfit_check`")
    text = text[0] + "\n## `trainer_rerun`" + text[1].split("## `trainer_rerun`")[1]
    assert row(name, text)[1:3] == [values, default]


def test_an_overfit_check_lists_what_it_has_otherwise():
    own = parameter_list.document().split("## `overfit_check`")[1].split("## ")[0]
    assert "without `batch_size`" in own
    assert row("epochs", own)[1:3] == ["integer, from 10, up to 1,000, a multiple of 10", "`500`"]
    assert "| `learning_rate` |" not in own


def test_a_document_that_is_out_of_date_is_named_with_what_makes_it(tmp_path, capsys):
    file = tmp_path / "run-parameters.md"
    assert parameter_list.main(["--check", str(file)]) == 1
    assert parameter_list.main([str(file)]) == 0
    assert parameter_list.main(["--check", str(file)]) == 0
    file.write_text(file.read_text().replace("| `42` |", "| `43` |"))
    assert parameter_list.main(["--check", str(file)]) == 1
    said = capsys.readouterr().err
    assert f"{file} is not what the forms say: run `make parameter-list`" in said
