"""The index of configs, cheap enough for a DAG file: file names only, nothing is parsed."""

import os
from pathlib import Path

CONFIG_KINDS = ("datasets", "features", "models", "schedules", "sweeps")


def config_root() -> Path:
    """Return the folder of the configs: `RECSFLOW_CONFIG_ROOT` where set, else the shipped ones."""
    return Path(os.environ.get("RECSFLOW_CONFIG_ROOT") or Path(__file__).parent)


def list_configs(kind: str, root: Path | None = None) -> list[str]:
    """Return the sorted names (file names without `.yaml`) of one kind of config.

    Args:
        kind: `datasets`, `features`, `models`, `schedules` or `sweeps`.
        root: The config folder; by default `config_root()`.
    """
    if kind not in CONFIG_KINDS:
        raise ValueError(f"Config kind is {kind!r}; use one of {', '.join(CONFIG_KINDS)}.")
    folder = (root or config_root()) / kind
    files = os.listdir(folder) if folder.is_dir() else []
    return sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))
