"""Loads sweep configs; cheap to import, since DAG files with schedules do."""

from pathlib import Path

from include.errors import ConfigError
from include.experiment.config.config_file import is_config, load, missing
from include.experiment.config.sweep_config import SweepConfig

KIND = "sweeps"


def load_sweep(name: str, root: Path | None = None) -> SweepConfig:
    """Return the sweep config `sweeps/<name>.yaml`; raise ConfigError with all its problems."""
    config: SweepConfig = load(KIND, name, SweepConfig, root)
    named = {"datasets": config.dataset, "features": config.features, "models": config.model}
    problems = [
        missing(kind, each, root, f"{KIND}/{name}.yaml")
        for kind, each in named.items()
        if not is_config(kind, each, root)
    ]
    if problems:
        raise ConfigError(problems)
    return config
