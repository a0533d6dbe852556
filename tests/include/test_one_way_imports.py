"""No module of the domain imports itself by way of others: a circle that runs late is a circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = {
    ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (REPOSITORY / "include").rglob("*.py")
}


def imports(name):
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                member = f"{node.module}.{alias.name}"
                yield member if member in MODULES else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_modules_of_the_domain_import_one_way():
    graph = {
        name: {other for other in imports(name) if other in MODULES and other != name} for name in MODULES
    }

    # Raises CycleError, which names the circle.
    order = list(TopologicalSorter(graph).static_order())

    assert order.index("include.backtest.run") < order.index("include.backtest.report")
    assert len(order) > 100


def room(name):
    return ".".join(name.split(".")[:2])


def test_rooms_of_the_domain_import_one_way():
    graph = {room(name): set() for name in MODULES}
    for name in MODULES:
        graph[room(name)] |= {room(each) for each in imports(name) if each in MODULES} - {room(name)}

    # Raises CycleError, which names the circle.
    order = list(TopologicalSorter(graph).static_order())

    assert order.index("include.experiment") < order.index("include.sweep")
