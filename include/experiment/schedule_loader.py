"""Loads schedules; cheap to import, since DAG files do."""

from dataclasses import replace
from pathlib import Path

from include.errors import ConfigError
from include.experiment.config_file import is_config, load, missing
from include.experiment.schedule_config import ScheduleConfig


def load_schedule(name: str, root: Path | None = None) -> ScheduleConfig:
    """Return the schedule `schedules/<name>.yaml`; raise ConfigError with all its problems."""
    config: ScheduleConfig = load("schedules", name, ScheduleConfig, root)
    named = {"datasets": config.dataset, "features": config.features, "models": config.model}
    unknown = [missing(kind, each, root) for kind, each in named.items() if not is_config(kind, each, root)]
    if unknown:
        raise ConfigError(replace(problem, where=f"schedules/{name}.yaml") for problem in unknown)
    return config
