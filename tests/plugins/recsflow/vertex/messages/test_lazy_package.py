import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.unit


@pytest.fixture
def package(tmp_path):
    """A package whose `__init__` says that it runs, and imports all of it."""
    folder = tmp_path / "heavy"
    folder.mkdir()
    (folder / "__init__.py").write_text("print('whole'); from heavy.corner import Thing; other = 1")
    (folder / "corner.py").write_text("from heavy import version; class Thing: pass".replace("; ", "\n"))
    (folder / "version.py").write_text("number = 1")

    def run(program):
        setup = "from recsflow.vertex.messages.lazy_package import make_lazy; make_lazy('heavy')"
        code = (
            f"import sys; sys.path[:0] = [{str(tmp_path)!r}, 'plugins']; {setup}\n{textwrap.dedent(program)}"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run


def test_a_corner_is_imported_without_the_package(package):
    assert package("from heavy.corner import Thing") == []


def test_whoever_asks_the_package_itself_finds_it_whole(package):
    program = """
    from heavy.corner import Thing
    from heavy import other, Thing as Same
    import heavy
    print(other, Same is Thing, heavy.corner.Thing is Thing)
    """
    assert package(program) == ["whole", "1", "True", "True"]


def test_name_that_nobody_has_is_missed(package):
    program = """
    import heavy
    print(hasattr(heavy, "nothing"))
    """
    assert package(program) == ["whole", "False"]


def test_package_that_is_loaded_already_is_left_alone(package):
    program = """
    import heavy
    heavy.other
    make_lazy("heavy")
    print(heavy.other)
    """
    assert package(program) == ["whole", "1"]
