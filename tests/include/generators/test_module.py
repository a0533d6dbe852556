import subprocess
import sys
import tomllib

import pytest

from include.generators.module import TRAINER_VERSION, EntryPoint, render_module
from include.generators.source_code import Call
from tests.include.generators.checks import ROOT, complaints, undefined_or_unused

pytestmark = pytest.mark.unit

ENTRY_POINT = EntryPoint(
    'def build() -> Any:\n    """Build it."""\n    return train(MODEL)\n',
    function="train",
    api="recsflow_trainer.api.trainer",
)


def rendered(title="A tower", sources=("models/a.yaml",), units=3):
    return render_module(
        title=title,
        sources=sources,
        name="MODEL",
        declaration=Call("Dense", [units]),
        entry_point=ENTRY_POINT,
    )


def content_line(source):
    return next(line for line in source.splitlines() if line.startswith("Content: "))


def test_trainer_version_is_that_of_the_library():
    project = tomllib.loads((ROOT / "trainer_image/pyproject.toml").read_text())["project"]
    assert project["version"] == TRAINER_VERSION


def test_header_names_every_source_and_the_library():
    header = rendered(sources=["models/a.yaml", "features/b.yaml"]).split('"""')[1]
    assert "Source: models/a.yaml\nSource: features/b.yaml\n" in header
    assert f"Needs: recsflow-trainer {TRAINER_VERSION}\n" in header


def test_content_changes_with_the_declaration_and_not_with_the_title():
    assert content_line(rendered(units=3)) == content_line(rendered(title="Another", units=3))
    assert content_line(rendered(units=3)) != content_line(rendered(units=4))


def test_imports_are_what_the_module_uses():
    source = rendered()
    assert undefined_or_unused(source) == set()
    expected = "\n\nfrom typing import Any\n\nfrom recsflow_trainer.api.trainer import Dense, train\n\n"
    assert expected in source


@pytest.mark.parametrize("title", ['Three """ quotes', "A {brace}", "C:\\new"])
def test_no_title_breaks_the_docstring(title):
    namespace = {}
    source = rendered(title=title)
    exec(compile(source.split("\n\nfrom")[0], "module", "exec"), namespace)
    assert namespace["__doc__"].startswith(f"{title}.\n")


def test_module_needs_no_reformatting():
    assert complaints(rendered()) == ""


def test_generators_need_no_trainer_environment():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, include.generators.trainer_module, include.generators.transform_module;"
            "print([m for m in sys.modules if m.startswith(('recsflow_trainer', 'tensorflow', 'airflow'))])",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.strip() == "[]"
