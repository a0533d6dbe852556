"""Imports of the Airflow half go one way: each room imports rooms of storeys below its own, and its own."""

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2] / "plugins" / "recsflow"
# From the ground up. What stands on one line does not import each other.
STOREYS = (
    ("domain", "errors", "handovers", "log", "run_notes"),
    ("secrets_in_settings",),
    ("settings",),
    ("identity",),
    ("__init__",),
    ("page",),
    ("cards",),
    ("extensions", "warehouse"),
    ("images",),
    ("vertex",),
    ("compilers", "watching", "experiments"),
    ("planning", "staging", "recording", "promotion", "cleaning", "doctor"),
    ("sweeps", "triggers"),
    ("submission",),
    ("forms", "operators", "sensors", "tasks"),
    ("workflow",),
    ("schedules", "plugin"),
)
STOREY = {room: number for number, rooms in enumerate(STOREYS) for room in rooms}
# What DAG files load: a body that imports Google's clients is imported when the task runs.
SHELLS = {"extensions", "forms", "operators", "sensors", "tasks", "triggers", "workflow", "schedules"}


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path, tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("recsflow."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.ImportFrom) and node.module == "recsflow":
            yield from (alias.name for alias in node.names)


def edges():
    for path in sorted(ROOT.rglob("*.py")):
        for target in imports(path, ast.parse(path.read_text())):
            yield path, room_of(path), target


def test_every_room_has_a_storey():
    assert {room_of(path) for path in ROOT.rglob("*.py")} == set(STOREY)


def test_no_room_imports_one_above_it_or_beside_it():
    # Inside functions and for types too: a circle that runs late is a circle.
    climbing = {
        f"{path.relative_to(ROOT)} imports {target}"
        for path, room, target in edges()
        if room != target and STOREY[target] >= STOREY[room]
    }
    assert climbing == set()


def test_only_shells_import_inside_functions():
    late = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and room_of(path) not in SHELLS
    }
    assert late == {
        # Loaded with every DAG file, and used by tasks alone.
        "identity.py",
        "vertex/job_kinds.py",
        # Loaded by the triggerer, whose one thread must not wait for Google's clients.
        "compilers/watched_build.py",
        "watching/watched_job.py",
    }
