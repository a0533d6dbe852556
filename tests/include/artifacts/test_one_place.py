"""Paths below the artifact root are written and read by the layout alone, so that a clean-up knows them."""

import ast
from pathlib import Path

import pytest

from include.artifacts.layout import KINDS

pytestmark = pytest.mark.unit

REPOSITORY = Path(__file__).resolve().parents[3]
FOLDERS = tuple({f"/{kind.pattern.folder}/" for kind in KINDS})
FILES = {part.name for kind in KINDS for part in kind.parts if "." in part.name[1:]} | {"_SUCCESS"}


def texts(path):
    """The texts of a module, but for those that explain it."""
    tree = ast.parse(path.read_text())
    explaining = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explaining:
            yield node.value


def composes(text):
    return text.startswith(FOLDERS) or text in FILES or text.endswith(tuple(f"/{name}" for name in FILES))


def test_only_the_layout_composes_paths_below_the_artifact_root():
    composed = {
        f"{path.relative_to(REPOSITORY)}: {text!r}"
        for folder in ("include", "plugins", "scripts", "dags")
        for path in sorted((REPOSITORY / folder).rglob("*.py"))
        if not path.is_relative_to(REPOSITORY / "include" / "artifacts")
        for text in texts(path)
        if composes(text)
    }
    assert composed == set()


@pytest.mark.parametrize("text", ["/modules/", "experiment.json", "/query.sql", "_SUCCESS", "/compiled/x"])
def test_what_was_composed_once_is_seen(text):
    assert composes(text)
