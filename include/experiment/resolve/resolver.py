"""From run parameters, three configs and the warehouse's schema to one experiment, or to every problem."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from include.errors import ConfigError, Problem
from include.experiment.checks.dataset_checks import check_dataset
from include.experiment.checks.feature_checks import check_features, check_features_fit
from include.experiment.checks.graph_checks import check_graph
from include.experiment.checks.label_checks import check_label
from include.experiment.checks.partition_checks import partition_types
from include.experiment.checks.schema_checks import check_date, check_schema
from include.experiment.checks.serving_checks import check_served_names
from include.experiment.config.base import EARLIEST
from include.experiment.config.column_types import TableSchemas
from include.experiment.config.dataset_config import DatasetConfig, required_tables
from include.experiment.config.feature_config import FeatureConfig
from include.experiment.config.loader import load_dataset, load_features, load_model
from include.experiment.config.problems import problems_from, shown
from include.experiment.config.run_parameters import RUN_PARAMETERS, RunParameters
from include.experiment.config.schedule_config import ScheduleConfig
from include.experiment.config.schedule_loader import load_schedule
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.identity import experiment_id
from include.experiment.resolve.model_options import apply_model_options
from include.experiment.resolve.overrides import (
    apply_date_column,
    apply_hyperparameters,
    training_parameters,
    value_sources,
)
from include.experiment.resolve.split_plan import split_plan
from include.experiment.resolve.staging import filter_types, recency_types, staged_columns
from include.experiment.resolve.warnings import config_warnings

_Result = TypeVar("_Result")


class _Problems(list[Problem]):
    """Problems gathered from steps that each may fail."""

    def attempt(self, step: Callable[[], _Result]) -> _Result | None:
        """Return what `step` returns, or None after keeping its problems."""
        try:
            return step()
        except ConfigError as error:
            self.extend(error.problems)
            return None


def parse_parameters(parameters: Mapping[str, Any]) -> RunParameters:
    """Return a run's parameters, typed; an absent, null or empty one means 'as the config says'."""
    try:
        return RunParameters.model_validate(_chosen(parameters))
    except ValidationError as error:
        raise ConfigError(problems_from(error, RunParameters, RUN_PARAMETERS)) from None


def tables_to_look_up(parameters: Mapping[str, Any], root: Path | None = None) -> list[str]:
    """Return the tables whose schema `resolve` needs; none where the dataset cannot be read.

    What is wrong with the dataset is left to `resolve`, which reports it with everything else.
    """
    dataset = _Problems().attempt(lambda: load_dataset(_name(parameters, "dataset"), root))
    return required_tables(dataset) if dataset else []


def resolve(  # noqa: PLR0913 (a run is just what these say)
    parameters: Mapping[str, Any],
    *,
    dag_id: str,
    run_id: str,
    window_end: datetime,
    table_schemas: TableSchemas | None,
    schedule: str | None = None,
    root: Path | None = None,
) -> Experiment:
    """Return the experiment of a run.

    Args:
        parameters: The run's parameters, as Airflow hands them over.
        dag_id: Id of the DAG.
        run_id: Id of its run.
        window_end: The run's logical date; rows end at that day's midnight UTC, or where history does.
        table_schemas: Reported type by column, by table as written in the config. A table that the
            warehouse does not have is left out. None where the warehouse was not asked: then nothing is
            checked against it, and the experiment has no staged columns.
        schedule: Name of the schedule whose DAG this is; None for a DAG that only people trigger.
        root: The config folder; by default the shipped one, or `RECSFLOW_CONFIG_ROOT`.

    Raises:
        ConfigError: With every problem of the parameters and the three configs.
    """
    problems = _Problems()
    run = problems.attempt(lambda: parse_parameters(parameters))
    loaded = problems.attempt(lambda: load_dataset(_name(parameters, "dataset"), root))
    features = problems.attempt(lambda: load_features(_name(parameters, "features"), root))
    written = problems.attempt(lambda: load_model(_name(parameters, "model"), root))
    options = run.model_options if run else None
    base = problems.attempt(lambda: apply_model_options(written, options)) if written else None
    scheduled = problems.attempt(lambda: load_schedule(schedule, root)) if schedule else None

    date_column = run.date_column if run else None
    dataset = problems.attempt(lambda: apply_date_column(loaded, date_column)) if loaded else None
    problems.extend(_check(dataset, features, table_schemas, date_column))
    problems.extend(_other_dataset(run, scheduled) if run and scheduled else [])
    problems.extend(check_label(base, dataset, features) if base and dataset else [])
    problems.extend(check_graph(base, dataset, features) if base and dataset else [])
    if base and features and dataset:
        problems.extend(check_served_names(base, features, dataset))
    split = problems.attempt(lambda: split_plan(dataset, run, base)) if dataset and run and base else None
    model = problems.attempt(lambda: apply_hyperparameters(base, run)) if base and run else None
    problems.extend(_too_early(window_end))
    # The None checks tell the type checker what an empty list of problems means.
    if problems or not (run and loaded and dataset and features and base and model and split):
        raise ConfigError(problems)

    return Experiment(
        experiment_id=experiment_id(dag_id, run_id),
        dag_id=dag_id,
        run_id=run_id,
        window_end=_window_end(window_end, dataset),
        parameters=run,
        dataset=dataset,
        features=features,
        model=model,
        training=training_parameters(model, run),
        split=split,
        sources=value_sources(loaded, base, run, scheduled),
        warnings=config_warnings(run, features, model, split),
        columns=() if table_schemas is None else staged_columns(dataset, features, model, table_schemas),
        filter_types=filter_types(dataset, table_schemas or {}),
        recency_types=recency_types(dataset, table_schemas or {}),
        partition_types=partition_types(dataset, table_schemas or {}),
        schedule=schedule,
    )


def _too_early(logical_date: datetime) -> Iterator[Problem]:
    if logical_date.date() < EARLIEST:
        received = f"is {logical_date.date()}"
        yield Problem(RUN_PARAMETERS, "the logical date", received, f"use one from {EARLIEST} on")


def _other_dataset(run: RunParameters, schedule: ScheduleConfig) -> Iterator[Problem]:
    """Yield a problem where a run of a schedule asks for rows that its champion has never seen."""
    if run.dataset != schedule.dataset:
        where = f"schedules/{schedule.name}.yaml"
        remedy = f"use {shown(schedule.dataset)}, as {where} says, or another DAG"
        yield Problem(RUN_PARAMETERS, "dataset", f"is {shown(run.dataset)}", remedy)


def _chosen(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None and value != ""}


def _name(parameters: Mapping[str, Any], kind: str) -> str:
    default = RunParameters.model_fields[kind].default
    return str(_chosen(parameters).get(kind, default))


def _check(
    dataset: DatasetConfig | None,
    features: FeatureConfig | None,
    schemas: TableSchemas | None,
    date_column: str | None,
) -> Iterator[Problem]:
    if dataset:
        yield from check_dataset(dataset)
    if dataset and schemas is not None:
        yield from check_schema(dataset, schemas)
        yield from check_date(dataset, schemas, from_run=date_column is not None)
    if features:
        yield from check_features(features)
    if dataset and features:
        yield from check_features_fit(features, dataset, schemas or {})


def _window_end(logical_date: datetime, dataset: DatasetConfig) -> datetime:
    if logical_date.tzinfo is None:
        raise ValueError(f"window_end is {logical_date}, without a time zone; pass it in UTC.")
    day = logical_date.astimezone(UTC).date()
    # Whole days only: runs of one day share their staged rows, and no split has a torn day.
    return datetime.combine(min(day, dataset.history_ends or day), time(), tzinfo=UTC)
