"""What holds for every generated module."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
RUFF = Path(sys.executable).with_name("ruff")


def imported_names(source: str) -> set[str]:
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return {alias.name for node in imports for alias in node.names}


def undefined_or_unused(source: str) -> set[str]:
    """Names that are imported and not used, or used and neither imported nor defined in the module."""
    tree = ast.parse(source)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)} | {"dict", "str"}
    return (used - own) ^ imported_names(source)


def complaints(source: str) -> str:
    """What the linter and the formatter, with the project's rules, have to say."""
    options = [
        "--config",
        str(ROOT / "pyproject.toml"),
        "--stdin-filename",
        str(ROOT / "trainer_image/module.py"),
        "-",
    ]
    said = ""
    for command in (["check", "--quiet", "--output-format=concise"], ["format", "--diff", "--quiet"]):
        done = subprocess.run(
            [str(RUFF), *command, *options],
            input=source,
            capture_output=True,
            text=True,
            check=False,
        )
        said += done.stdout + done.stderr if done.returncode else ""
    return said
