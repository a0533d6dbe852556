"""Loads schedules; cheap to import, since DAG files do."""

from pathlib import Path

from croniter import croniter

from include.errors import ConfigError, Problem
from include.experiment.config_file import is_config, load, missing
from include.experiment.problems import shown
from include.experiment.schedule_config import ScheduleConfig


def load_schedule(name: str, root: Path | None = None) -> ScheduleConfig:
    """Return the schedule `schedules/<name>.yaml`; raise ConfigError with all its problems."""
    config: ScheduleConfig = load("schedules", name, ScheduleConfig, root)
    named = {"datasets": config.dataset, "features": config.features, "models": config.model}
    where = f"schedules/{name}.yaml"
    problems = [
        missing(kind, each, root, where) for kind, each in named.items() if not is_config(kind, each, root)
    ]
    if not croniter.is_valid(config.schedule):
        received = f"is {shown(config.schedule)}"
        remedy = "use a cron expression such as '0 5 * * 1', or one of @daily, @weekly, @monthly"
        problems.append(Problem(where, "schedule", received, remedy))
    if problems:
        raise ConfigError(problems)
    return config
