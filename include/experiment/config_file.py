"""One config file: YAML in, a frozen model out, every problem of the file reported at once."""

import os
from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from include.configs import config_root, list_configs
from include.errors import ConfigError, Problem
from include.experiment.base import CONFIG_NAME
from include.experiment.problems import did_you_mean, problems_from, shown
from include.experiment.run_parameters import RUN_PARAMETERS


class _UniqueKeys(yaml.constructor.SafeConstructor):
    """Refuses a key written twice, where YAML itself would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: list[Any] = []
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                mark = key_node.start_mark
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is written twice", mark)
            seen.append(key)
        return super().construct_mapping(node, deep)


class _FastLoader(_UniqueKeys, yaml.CSafeLoader):
    """A tenth of the time, which counts where a DAG file reads a hundred schedules."""


class _ExactLoader(_UniqueKeys, yaml.SafeLoader):
    """Names the line of a mistake, where the fast one may name a line after the last."""


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
    try:
        content = _parse(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else "the file"
        received = f"is not valid YAML ({error.problem or error.context})"
        raise ConfigError([Problem(where, line, received, "correct it there")]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        received = f"is not valid YAML ({' '.join(str(error).split())})"
        raise ConfigError([Problem(where, "the file", received, "save it as UTF-8 text")]) from None
    if not isinstance(content, dict):
        received = "is empty" if content is None else f"is {shown(content)}"
        raise ConfigError([Problem(where, "the file", received, "use a mapping of keys to values")])
    return content


def _parse(text: str) -> Any:
    try:
        return yaml.load(text, _FastLoader)  # noqa: S506 (both are SafeLoaders)
    except yaml.YAMLError:
        return yaml.load(text, _ExactLoader)  # noqa: S506
