"""Reads configs: YAML in, frozen models out, every problem of a file reported at once."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from include.configs import config_root, list_configs
from include.errors import ConfigError, Problem
from include.experiment.dataset_config import DatasetConfig
from include.experiment.feature_config import FeatureConfig
from include.experiment.model_config import ModelConfig
from include.experiment.problems import did_you_mean, problems_from, shown


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML that refuses a key written twice, where YAML itself would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                mark = key_node.start_mark
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is written twice", mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def load_dataset(name: str, root: Path | None = None) -> DatasetConfig:
    """Return the dataset config `datasets/<name>.yaml`; raise ConfigError with all its problems."""
    return _load("datasets", name, DatasetConfig, root)


def load_features(name: str, root: Path | None = None) -> FeatureConfig:
    """Return the feature config `features/<name>.yaml`; raise ConfigError with all its problems."""
    return _load("features", name, FeatureConfig, root)


def load_model(name: str, root: Path | None = None) -> ModelConfig:
    """Return the model config `models/<name>.yaml`; raise ConfigError with all its problems."""
    return _load("models", name, ModelConfig, root)


def _load[Config: BaseModel](kind: str, name: str, model: type[Config], root: Path | None) -> Config:
    known = list_configs(kind, root)
    if name not in known:
        field = "features" if kind == "features" else kind.removesuffix("s")
        remedy = f"{did_you_mean(name, known)}, or add {kind}/<name>.yaml"
        raise ConfigError([Problem("run parameters", field, f"is {shown(name)}", remedy)])
    where = f"{kind}/{name}.yaml"
    content = _read(where, (root or config_root()) / where)
    if "name" in content and content["name"] != name:
        remedy = f"remove it, since the file's name is the config's name, or write {name!r}"
        raise ConfigError([Problem(where, "name", f"is {shown(content['name'])}", remedy)])
    try:
        return model.model_validate({**content, "name": name})
    except ValidationError as error:
        raise ConfigError(problems_from(error, model, where)) from None


def _read(where: str, path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeyLoader)  # noqa: S506 (it is a SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(
            [Problem(where, f"line {line}", "cannot be read", error.problem or "check it")]
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(where, "the file", "is not YAML text", f"{error}")]) from None
    if not isinstance(content, dict):
        raise ConfigError(
            [Problem(where, "the file", f"is {shown(content)}", "use a mapping of keys to values")]
        )
    return content
