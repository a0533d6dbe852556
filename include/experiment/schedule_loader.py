"""Loads schedules; cheap to import, since DAG files do."""

from pathlib import Path

from croniter import croniter

from include.errors import ConfigError, Problem
from include.experiment.config_file import is_config, load, missing
from include.experiment.problems import did_you_mean, shown
from include.experiment.schedule_config import ScheduleConfig
from include.promotion.rule import METRICS_OF_TYPE


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
    _check_sweep(config, root, where)
    _check_promotion(config, root, where)
    return config


def _check_sweep(config: ScheduleConfig, root: Path | None, where: str) -> None:
    if config.sweep is None:
        return
    from include.sweep.loader import KIND, load_sweep

    if not is_config(KIND, config.sweep, root):
        raise ConfigError([missing(KIND, config.sweep, root, where)])
    dataset = load_sweep(config.sweep, root).dataset
    if dataset != config.dataset:
        received = f"is {shown(config.sweep)}, which searches on dataset {shown(dataset)}"
        remedy = f"name a sweep on {shown(config.dataset)}, or remove the key"
        raise ConfigError([Problem(where, "sweep", received, remedy)])


def _check_promotion(config: ScheduleConfig, root: Path | None, where: str) -> None:
    metric = config.promotion.metric
    if metric is None:
        return
    from include.experiment.loader import load_model

    model = load_model(config.model, root)
    known = METRICS_OF_TYPE[model.type]
    if metric not in known:
        received = f"is {shown(metric)}, which models of type {model.type} are not compared by"
        raise ConfigError([Problem(where, "promotion.metric", received, did_you_mean(metric, known))])
