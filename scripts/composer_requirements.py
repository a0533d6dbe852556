"""Writes what Composer lacks: `python -m scripts.composer_requirements [--check | --environment]`.

Composer has the packages of composer/packages.txt and all that they and Google's provider depend on. What the
orchestrator needs beside these goes into requirements-composer.txt, of uv.lock's version, and nothing that
Composer pins, since it would refuse the update. `--check` resolves the file against the list, too;
`--environment` prints all that Composer then has, as far as the list tells.
"""

import argparse
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGES = REPOSITORY / "composer" / "packages.txt"
TARGET = REPOSITORY / "requirements-composer.txt"
PYTHON = "3.11"
# The rows of the list stop before it. Composer's release notes of August 5, 2026, name it, and later
# builds do not go back (https://docs.cloud.google.com/composer/docs/release-notes).
ALWAYS_THERE = ("apache-airflow-providers-google>=22.2.2",)


# Composer's own Airflow and provider are not those of our environments, and have the last word.
COMPOSERS_CHOICE = {"apache-airflow", "apache-airflow-providers-google"}


class ResolutionError(Exception):
    """Packages do not go together."""


def composer_pins(text: str) -> list[str]:
    """Returns the pins of Composer's list, in the versions that PyPI has: `3.3.1` for `3.3.1+composer`."""
    rows = (line.strip() for line in text.splitlines())
    return [row.partition("+")[0] for row in rows if row and not row.startswith("#")]


def resolved(requirements: Iterable[str]) -> dict[str, str]:
    """Resolves requirements on Composer's Python.

    Returns:
        Versions by canonical name.

    Raises:
        ResolutionError: They do not go together; carries the resolver's own words.
    """
    uv = [str(REPOSITORY / "scripts" / "uv.sh"), "pip", "compile", "--quiet", "--no-header", "--no-annotate"]
    options = ["--python-version", PYTHON, "-"]
    text = "".join(f"{requirement}\n" for requirement in requirements)
    done = subprocess.run([*uv, *options], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ResolutionError(done.stderr.strip())
    pins = (Requirement(line) for line in done.stdout.splitlines() if line)
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def bounds(project: str) -> dict[str, str]:
    """Returns a project's dependencies as pyproject.toml has them, by canonical name."""
    dependencies = tomllib.loads(project)["project"]["dependencies"]
    return {canonicalize_name(Requirement(text).name): text for text in dependencies}


def lacking(packages: str, project: str, lock: str) -> list[str]:
    """Returns what Composer lacks of a project's dependencies, pinned to the lock.

    Args:
        packages: Composer's list.
        project: pyproject.toml.
        lock: uv.lock.
    """
    there = resolved([*composer_pins(packages), *ALWAYS_THERE])
    locked = {package["name"]: package["version"] for package in tomllib.loads(lock)["package"]}
    needed = set(bounds(project))
    return [f"{name}=={locked[name]}" for name in sorted(needed - set(there))]


def main(arguments: list[str] | None = None) -> int:
    """Writes or checks requirements-composer.txt and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.composer_requirements", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where the file is not right"
    )
    parser.add_argument("--environment", action="store_true", help="print what Composer has with the file")
    options = parser.parse_args(arguments)
    packages = PACKAGES.read_text()
    project, lock = ((REPOSITORY / name).read_text() for name in ("pyproject.toml", "uv.lock"))
    try:
        pins = lacking(packages, project, lock)
        ours = [bound for name, bound in bounds(project).items() if name not in COMPOSERS_CHOICE]
        there = resolved([*composer_pins(packages), *ALWAYS_THERE, *ours, *pins])
    except ResolutionError as error:
        print(f"error: {TARGET.name} does not go with {PACKAGES.name}:\n{error}", file=sys.stderr)
        return 1
    text = "".join(f"{pin}\n" for pin in pins)
    if options.environment:
        print("\n".join(f"{name}=={version}" for name, version in sorted(there.items())))
    elif not options.check:
        TARGET.write_text(text)
    elif not TARGET.exists() or TARGET.read_text() != text:
        print(
            f"error: {TARGET.name} is not what Composer lacks; run 'make requirements' and commit it.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
