"""Reads configs: YAML in, frozen models out, every problem of a file reported at once."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from include.configs import config_root, list_configs
from include.errors import ConfigError, Problem
from include.experiment.base import CONFIG_NAME
from include.experiment.dataset_config import DatasetConfig
from include.experiment.feature_config import FeatureConfig
from include.experiment.models import ModelConfig
from include.experiment.problems import did_you_mean, problems_from, shown
from include.experiment.run_parameters import RUN_PARAMETERS


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML that refuses a key written twice, where YAML itself would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: list[Any] = []
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                mark = key_node.start_mark
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is written twice", mark)
            seen.append(key)
        return super().construct_mapping(node, deep)


def load_dataset(name: str, root: Path | None = None) -> DatasetConfig:
    """Return the dataset config `datasets/<name>.yaml`; raise ConfigError with all its problems."""
    config: DatasetConfig = _load("datasets", name, DatasetConfig, root)
    return config


def load_features(name: str, root: Path | None = None) -> FeatureConfig:
    """Return the feature config `features/<name>.yaml`; raise ConfigError with all its problems."""
    config: FeatureConfig = _load("features", name, FeatureConfig, root)
    return config


def load_model(name: str, root: Path | None = None) -> ModelConfig:
    """Return the model config `models/<name>.yaml`; raise ConfigError with all its problems."""
    config: ModelConfig = _load("models", name, ModelConfig, root)
    return config


def _load(kind: str, name: str, model: Any, root: Path | None) -> Any:
    known = list_configs(kind, root)
    if name not in known:
        field = "features" if kind == "features" else kind.removesuffix("s")
        remedy = f"{did_you_mean(name, known)}, or add {kind}/<name>.yaml"
        raise ConfigError([Problem(RUN_PARAMETERS, field, f"is {shown(name)}", remedy)])
    where = f"{kind}/{name}.yaml"
    if not CONFIG_NAME.fullmatch(name):
        remedy = "begin with a letter and use up to 60 lower-case letters, digits and underscores"
        raise ConfigError([Problem(where, "the file's name", f"is {shown(name)}", remedy)])
    content = _read(where, (root or config_root()) / where)
    if "name" in content and content["name"] != name:
        remedy = f"remove it, since the file's name is the config's name, or write {name!r}"
        raise ConfigError([Problem(where, "name", f"is {shown(content['name'])}", remedy)])
    try:
        return TypeAdapter(model).validate_python({**content, "name": name})
    except ValidationError as error:
        raise ConfigError(problems_from(error, model, where)) from None


def _read(where: str, path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeyLoader)  # noqa: S506 (it is a SafeLoader)
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
