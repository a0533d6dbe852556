"""The versions that a training run depends on, read without importing the packages."""

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = {
    "tensorflow": "tensorflow",
    "tfx": "tfx",
    "tensorflow_recommenders": "tensorflow-recommenders",
    "recsflow_trainer": "recsflow-trainer",
}


def environment_versions() -> dict[str, str | None]:
    """Returns version by name; None for a package that is not installed."""
    return {
        "python": platform.python_version(),
        **{name: _version(package) for name, package in PACKAGES.items()},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
