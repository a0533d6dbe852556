"""From the trigger form and a sweep config to a plan, or to every problem."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from include.errors import ConfigError, Problem
from include.experiment.config.dimensions import Space
from include.experiment.config.loader import load_model
from include.experiment.config.problems import did_you_mean, problems_from, shown
from include.experiment.config.run_parameters import RUN_PARAMETERS, RunParameters
from include.experiment.config.sweep_config import SweepConfig
from include.experiment.config.sweep_loader import KIND, load_sweep
from include.sweep.form import EXAMPLE, SweepForm
from include.sweep.objective import common_metrics
from include.sweep.plan import SweepPlan
from include.sweep.space_checks import SpaceField, check_count, check_space, config_choices

_TRIALS = SweepConfig.model_fields["trials"].default
_PARALLEL = SweepConfig.model_fields["parallel_trials"].default


_CHANGED_BY_RESUME = ("resume", "trials", "parallel_trials", "sweep")


def parse_form(parameters: Mapping[str, Any]) -> tuple[SweepForm, dict[str, Any]]:
    """Return the form's own fields, typed, and the run parameters that are not empty."""
    given = {name: value for name, value in parameters.items() if value is not None and value != ""}
    own = {name: given.pop(name) for name in SweepForm.model_fields if name in given}
    try:
        return SweepForm.model_validate(own), given
    except ValidationError as error:
        raise ConfigError(problems_from(error, SweepForm, RUN_PARAMETERS)) from None


def plan_sweep(
    parameters: Mapping[str, Any], *, sweep_id: str, window_end: datetime, root: Path | None = None
) -> SweepPlan:
    """Return the plan of a new sweep.

    Args:
        parameters: The form's values, as Airflow hands them over.
        sweep_id: Its id.
        window_end: The run's logical date.
        root: The config folder; by default the shipped one, or `RECSFLOW_CONFIG_ROOT`.

    Raises:
        ConfigError: With every problem of the form's own fields, the space and the sweep config. What the
            run parameters of a trial lack is left to `resolve`.
    """
    form, given = parse_form(parameters)
    if form.sweep is None and form.search_space is None:
        remedy = f"write one such as {EXAMPLE}, or choose a sweep"
        raise ConfigError([Problem(RUN_PARAMETERS, "search_space", "is missing", remedy)])
    config = load_sweep(form.sweep, root) if form.sweep else None
    place = SpaceField(RUN_PARAMETERS, "search_space", root)
    if form.search_space is None:
        place = SpaceField(f"{KIND}/{form.sweep}.yaml", "space", root)
    space = form.search_space or (config.space if config else {})
    base = {**_defaults(), **(config.run_parameters() if config else {}), **given}
    trials = form.trials or (config.trials if config else _TRIALS)
    if problems := [*_said_twice(space, given, config), *check_space(space, base, place)]:
        raise ConfigError(problems)
    if problems := check_count(space, trials, place):
        raise ConfigError(problems)
    return SweepPlan(
        sweep_id=sweep_id,
        # A space of the form's own is another search than that of the file.
        name=(form.sweep or "") if form.search_space is None else "",
        parameters=base,
        space=space,
        metric=_metric(form, config, config_choices("model", space, base), root),
        trials=trials,
        parallel_trials=form.parallel_trials or (config.parallel_trials if config else _PARALLEL),
        seed=int(base["seed"]),
        window_end=window_end,
    )


def resumed_plan(parameters: Mapping[str, Any], plan: SweepPlan) -> SweepPlan:
    """Return the plan of a sweep that goes on: as it was, but for how many trials, and how many at once.

    Raises:
        ConfigError: The form asks for anything else.
    """
    form, given = parse_form(parameters)
    own = form.model_dump(exclude_none=True, exclude=set(_CHANGED_BY_RESUME))
    problems = [
        Problem(
            RUN_PARAMETERS,
            name,
            f"is {shown(value)} beside resume",
            "leave it empty, since a sweep goes on as it began, or begin another one",
        )
        for name, value in {**own, **given}.items()
    ]
    trials = form.trials or plan.trials
    problems += check_count(plan.space, trials, SpaceField(plan.sweep_id, "space"))
    if problems:
        raise ConfigError(problems)
    return plan.model_copy(
        update={"trials": trials, "parallel_trials": form.parallel_trials or plan.parallel_trials}
    )


def _defaults() -> dict[str, Any]:
    """Return what the form of quick_test would send for the fields that have to have a value."""
    names = ("dataset", "features", "model", "seed")
    return {name: RunParameters.model_fields[name].default for name in names}


def _said_twice(space: Space, given: Mapping[str, Any], config: SweepConfig | None) -> Iterator[Problem]:
    fixed = config.parameters.model_fields_set if config else set()
    for name in space:
        if name in given:
            remedy = "leave it empty, since the sweep searches for it"
            yield Problem(RUN_PARAMETERS, name, f"is {shown(given[name])}", remedy)
        elif config and name in fixed:
            received = f"is {shown(getattr(config.parameters, name))}"
            remedy = "remove it there or from the space"
            yield Problem(f"{KIND}/{config.name}.yaml", f"parameters.{name}", received, remedy)


def _metric(form: SweepForm, config: SweepConfig | None, models: list[str], root: Path | None) -> str:
    where = f"{KIND}/{config.name}.yaml" if config and form.metric is None else RUN_PARAMETERS
    types = list(dict.fromkeys(load_model(name, root).kind for name in models))
    common = common_metrics(types)
    metric = form.metric or (config.metric if config else None)
    if metric is None and len({each.searched_metrics[0] for each in types}) > 1:
        remedy = f"add one that all these models have: {', '.join(common)}"
        raise ConfigError([Problem(where, "metric", "is missing", remedy)])
    metric = metric or common[0]
    if metric not in common:
        raise ConfigError([Problem(where, "metric", f"is {shown(metric)}", did_you_mean(metric, common))])
    return metric
