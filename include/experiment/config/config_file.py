"""One config file: YAML in, a frozen model out, every problem of the file reported at once."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from include.configs import config_root, list_configs
from include.errors import ConfigError, Problem
from include.experiment.config.base import CONFIG_NAME
from include.experiment.config.problems import did_you_mean, problems_from, shown
from include.experiment.config.run_parameters import RUN_PARAMETERS
from include.experiment.config.yaml_text import MAX_BYTES, parse_yaml


def load(kind: str, name: str, model: Any, root: Path | None) -> Any:
    """Return `<kind>/<name>.yaml` as an instance of `model`; raise ConfigError with all its problems.

    Args:
        kind: The folder.
        name: The file's name without `.yaml`.
        model: A model class, or a union of some.
        root: The config folder; by default `config_root()`.
    """
    if not is_config(kind, name, root):
        raise ConfigError([missing(kind, name, root)])
    where = f"{kind}/{name}.yaml"
    if not CONFIG_NAME.fullmatch(name):
        remedy = "begin with a letter and use up to 60 lower-case letters, digits and underscores"
        raise ConfigError([Problem(where, "the file's name", f"is {shown(name)}", remedy)])
    content = _read(where, (root or config_root()) / where)
    if "name" in content and content["name"] != name:
        remedy = f"remove it, since the file's name is the config's name, or write {name!r}"
        raise ConfigError([Problem(where, "name", f"is {shown(content['name'])}", remedy)])
    try:
        return _adapter(model).validate_python({**content, "name": name})
    except ValidationError as error:
        raise ConfigError(problems_from(error, model, where)) from None


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def is_config(kind: str, name: str, root: Path | None) -> bool:
    """Return whether there is a config of that name."""
    # Not by joining paths, which takes longer than the look itself, where a hundred schedules ask.
    return "/" not in name and os.path.isfile(f"{root or config_root()}/{kind}/{name}.yaml")


def missing(kind: str, name: str, root: Path | None, where: str = RUN_PARAMETERS) -> Problem:
    """Return what to say of a name in `where` that no config has."""
    field = "features" if kind == "features" else kind.removesuffix("s")
    remedy = f"{did_you_mean(name, list_configs(kind, root))}, or add {kind}/<name>.yaml"
    return Problem(where, field, f"is {shown(name)}", remedy)


def _read(where: str, path: Path) -> dict[str, Any]:
    content = parse_yaml(_text(where, path), where)
    if not isinstance(content, dict):
        received = "is empty" if content is None else f"is {shown(content)}"
        raise ConfigError([Problem(where, "the file", received, "use a mapping of keys to values")])
    return content


def _text(where: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            received = f"has more than {MAX_BYTES // 1024} KiB"
            raise ConfigError([Problem(where, "the file", received, "write a shorter one")])
        return content.decode()
    except UnicodeDecodeError as error:
        received = f"is not valid YAML ({error})"
        raise ConfigError([Problem(where, "the file", received, "save it as UTF-8 text")]) from None
    except OSError as error:
        received = f"cannot be read ({error.strerror or error})"
        raise ConfigError([Problem(where, "the file", received, "let this account read it")]) from None
