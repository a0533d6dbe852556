"""Applies a run's choices to the configs, and remembers where each value came from."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from include.errors import ConfigError, Problem
from include.experiment.config.dataset_config import DatasetConfig, Role
from include.experiment.config.models import ModelConfig, OptimizerConfig
from include.experiment.config.models.training import HYPERPARAMETERS
from include.experiment.config.problems import did_you_mean, problems_from, shown
from include.experiment.config.run_parameters import RUN_PARAMETERS, RunParameters
from include.experiment.config.schedule_config import ScheduleConfig

RUN_PARAMETER = "run parameter"
_SPLIT = {"strategy": "split_strategy", "holdout_days": "holdout_days", "train_ratio": "train_ratio"}


def apply_date_column(dataset: DatasetConfig, date_column: str | None) -> DatasetConfig:
    """Return the dataset with `date_column` in the role date; the former one becomes a feature."""
    if date_column is None:
        return dataset
    known = [column.name for column in dataset.columns]
    if date_column not in known:
        received = f"is {date_column!r}, which datasets/{dataset.name}.yaml does not declare"
        raise ConfigError(
            [Problem(RUN_PARAMETERS, "date_column", received, did_you_mean(date_column, known))]
        )
    columns = []
    for column in dataset.columns:
        chosen = column.name == date_column
        if chosen and column.role not in {Role.FEATURE, Role.DATE}:
            received = f"is {date_column!r}, the dataset's {column.role.value}"
            remedy = "name a column with role feature"
            raise ConfigError([Problem(RUN_PARAMETERS, "date_column", received, remedy)])
        former = Role.FEATURE if column.role is Role.DATE else column.role
        columns.append(column.model_copy(update={"role": Role.DATE if chosen else former}))
    return dataset.model_copy(update={"columns": tuple(columns)})


def apply_hyperparameters(model: ModelConfig, run: RunParameters) -> ModelConfig:
    """Return the model with the run's hyperparameters; options of another optimizer are dropped."""
    chosen = {
        name: value
        for name in HYPERPARAMETERS
        if name != "optimizer" and (value := getattr(run, name, None)) is not None
    }
    optimizer = run.optimizer or model.optimizer.name
    kept = model.optimizer.options if optimizer is model.optimizer.name else {}
    options = {**kept, **(run.optimizer_options or {})}
    try:
        config = OptimizerConfig(name=optimizer, options=options)
    except ValidationError as error:
        received = f"is {shown(options)} for {optimizer.value}"
        remedies = [problem.remedy for problem in problems_from(error, OptimizerConfig, RUN_PARAMETERS)]
        raise ConfigError(
            Problem(RUN_PARAMETERS, "optimizer_options", received, remedy) for remedy in remedies
        ) from None
    return model.model_copy(update={**chosen, "optimizer": config})


def training_parameters(model: ModelConfig, run: RunParameters) -> dict[str, Any]:
    """Return the hyperparameters of a model that already has the run's choices, by the trainer's names."""
    told = {**model.hyperparameters(), "seed": run.seed}
    if run.learning_rate_factor is not None:
        told["learning_rate"] *= run.learning_rate_factor
    return told


def value_sources(
    dataset: DatasetConfig, model: ModelConfig, run: RunParameters, schedule: ScheduleConfig | None = None
) -> dict[str, str]:
    """Return where each hyperparameter and split value came from, by name.

    Args:
        dataset: The dataset as loaded.
        model: The model with the run's options, before its hyperparameters.
        run: The run's choices.
        schedule: What triggered the run, where a schedule did; a person may have changed its values.
    """
    sources = {}
    for name in HYPERPARAMETERS:
        in_file = f"models/{model.name}.yaml" if name in model.model_fields_set else "default"
        sources[name] = in_file if getattr(run, name, None) is None else RUN_PARAMETER
    for name, parameter in _SPLIT.items():
        in_file = f"datasets/{dataset.name}.yaml" if name in dataset.split.model_fields_set else "default"
        sources[parameter] = in_file if getattr(run, parameter) is None else RUN_PARAMETER
    for name in ("sample_percent", "sample_unit", "seed"):
        # The form sends its defaults like any other value.
        by_default = getattr(run, name) == RunParameters.model_fields[name].default
        sources[name] = "default" if by_default else RUN_PARAMETER
    sources |= dict.fromkeys(run.model_options or {}, RUN_PARAMETER)
    if model.kind.reads_graphs:
        sources["sample_unit"] = f"model type {model.type}"
    return sources | (_against_schedule(run, schedule, sources) if schedule else {})


def _against_schedule(
    run: RunParameters, schedule: ScheduleConfig, sources: Mapping[str, str]
) -> dict[str, str]:
    """Return the sources of what a schedule gives: the schedule, or the person who changed it."""
    scheduled, chosen = _flat(schedule.run_parameters()), _flat(run.model_dump(mode="json"))
    by_schedule = {name for name in sources if name in scheduled and scheduled[name] == chosen.get(name)}
    by_person = {name for name in sources if name in scheduled and chosen.get(name) is not None} - by_schedule
    return {
        **dict.fromkeys(by_schedule, f"schedules/{schedule.name}.yaml"),
        **dict.fromkeys(by_person, RUN_PARAMETER),
    }


def _flat(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with the model's options beside them, under the same names as `sources`."""
    return {**parameters, **(parameters.get("model_options") or {})}
