"""Loads schedules; cheap to import, since DAG files do."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from croniter import CroniterBadDateError, CroniterError, croniter

from include.errors import ConfigError, Problem
from include.experiment.config.config_file import is_config, load, missing
from include.experiment.config.problems import did_you_mean, shown
from include.experiment.config.schedule_config import ScheduleConfig

CRON = "use a cron expression such as '0 5 * * 1', or one of @daily, @weekly, @monthly"
MAX_CRON = 120  # Airflow keeps a description of it, ten times as long at worst, in 1,000 characters
# Drawn anew whenever the file is read.
_RANDOM = re.compile(r"(^|[\s,])r\b", re.IGNORECASE)
# What Airflow takes; of BigQuery's tables it wants all three names.
_ASSET = re.compile(r"bigquery://[^/\s]+/[^/\s]+/[^/\s]+|(?!bigquery:|airflow:)[a-z][a-z0-9+.-]*://\S+")


def load_schedule(name: str, root: Path | None = None) -> ScheduleConfig:
    """Return the schedule `schedules/<name>.yaml`; raise ConfigError with all its problems."""
    config: ScheduleConfig = load("schedules", name, ScheduleConfig, root)
    named = {"datasets": config.dataset, "features": config.features, "models": config.model}
    where = f"schedules/{name}.yaml"
    problems = [
        missing(kind, each, root, where) for kind, each in named.items() if not is_config(kind, each, root)
    ]
    problems += [*_starts(config, where), *_push(config, where)]
    if problems:
        raise ConfigError(problems)
    _check_sweep(config, root, where)
    _check_promotion(config, root, where)
    return config


def _starts(config: ScheduleConfig, where: str) -> Iterator[Problem]:
    """Yield what is wrong with that which starts a run."""
    if config.schedule is None:
        if not config.assets:
            yield Problem(where, "schedule", "is missing", f"{CRON}, or name assets")
    else:
        yield from _clock(config.schedule, where)
    for place, uri in enumerate(config.assets):
        if not _ASSET.fullmatch(uri):
            remedy = "use a URI such as bigquery://project/dataset/table or x-shop://transactions"
            yield Problem(where, f"assets[{place}]", f"is {shown(uri)}", remedy)


def _clock(expression: str, where: str) -> Iterator[Problem]:
    wrong = _wrong_with(expression)
    if wrong is not None:
        yield Problem(where, "schedule", f"is {shown(expression)}{wrong}", CRON)


@cache
def _wrong_with(expression: str) -> str | None:
    """Return what to say of an expression that starts no run; None of one that does."""
    if len(expression) > MAX_CRON or _RANDOM.search(expression):
        return ""
    try:
        croniter(expression, datetime.now(UTC)).get_next()
    except CroniterBadDateError:
        return ", which no day to come is"
    except CroniterError:
        return ""
    return None


def _push(config: ScheduleConfig, where: str) -> Iterator[Problem]:
    """Yield what does not go together in that which says where the champion is served."""
    push = config.push
    if push is None:
        return
    if push.endpoint is None:
        for key in sorted(push.model_fields_set - {"endpoint"}):
            remedy = "name the endpoint that it is for, or remove the key"
            yield Problem(where, f"push.{key}", f"is {shown(getattr(push, key))}", remedy)
    if push.most_replicas < push.min_replicas:
        remedy = f"use at least {push.min_replicas}, which is min_replicas"
        yield Problem(where, "push.max_replicas", f"is {push.max_replicas}", remedy)


def _check_sweep(config: ScheduleConfig, root: Path | None, where: str) -> None:
    if config.sweep is None:
        return
    from include.experiment.config.sweep_loader import KIND, load_sweep

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
    from include.experiment.config.loader import load_model

    model = load_model(config.model, root)
    known = model.kind.promoting_metrics
    if metric not in known:
        received = f"is {shown(metric)}, which models of type {model.type} are not compared by"
        raise ConfigError([Problem(where, "promotion.metric", received, did_you_mean(metric, known))])
