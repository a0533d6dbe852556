"""A rerun: a finished experiment with other hyperparameters or another model, on the same rows."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from include.errors import ConfigError, Problem
from include.experiment.checks.label_checks import check_label
from include.experiment.config.loader import load_model
from include.experiment.config.models import ModelConfig
from include.experiment.config.models.training import HYPERPARAMETERS
from include.experiment.config.problems import problems_from, shown
from include.experiment.config.rerun_parameters import RerunParameters
from include.experiment.config.run_parameters import RUN_PARAMETERS, ModelOverrides, RunParameters
from include.experiment.resolve.experiment import Experiment
from include.experiment.resolve.identity import experiment_id
from include.experiment.resolve.model_options import FIELD as MODEL_OPTIONS
from include.experiment.resolve.model_options import apply_model_options, merged_options
from include.experiment.resolve.overrides import (
    RUN_PARAMETER,
    apply_hyperparameters,
    training_parameters,
    value_sources,
)
from include.experiment.resolve.warnings import config_warnings

# What the graphs are made with; the Trainer only reads them.
_OF_THE_GRAPHS = ("target", "neighbors", "history")


def resolve_rerun(
    parameters: Mapping[str, Any], parent: Experiment, *, dag_id: str, run_id: str, root: Path | None = None
) -> Experiment:
    """Return the experiment of a rerun: its own id and training, everything else as the parent.

    Args:
        parameters: The run's parameters, as Airflow hands them over.
        parent: The experiment whose Transform output is trained on.
        dag_id: Id of the DAG.
        run_id: Id of its run.
        root: The config folder; by default the shipped one, or `RECSFLOW_CONFIG_ROOT`.

    Raises:
        ConfigError: A parameter is out of range, or asks for what only new transformed rows could give.
    """
    given = {name: value for name, value in parameters.items() if value is not None and value != ""}
    if problems := list(_asks_for_other_rows(given, parent)):
        raise ConfigError(problems)
    rows = set(RunParameters.model_fields) - set(RerunParameters.model_fields)
    rerun = _parse({name: value for name, value in given.items() if name not in rows})
    same_model = rerun.chosen().get("model", parent.model.name) == parent.model.name
    written = parent.model if same_model else load_model(rerun.model, root)
    base = apply_model_options(written, rerun.model_options)
    check = _check_graphs if same_model else _check_model
    if problems := list(check(base, parent)):
        raise ConfigError(problems)
    run = _run_parameters(rerun, parent, same_model=same_model)
    model = apply_hyperparameters(base, run)
    training = training_parameters(model, run)
    own = value_sources(parent.dataset, base, run)
    return parent.model_copy(
        update={
            "experiment_id": experiment_id(dag_id, run_id),
            "dag_id": dag_id,
            "run_id": run_id,
            "parameters": run,
            "model": model,
            "training": training,
            "sources": _sources(rerun, parent, own, same_model=same_model),
            "warnings": tuple(config_warnings(run, parent.features, model, parent.split)),
            "parent_experiment_id": parent.experiment_id,
            "schedule": None,
            "sweep_id": None,
            "trial": None,
            "number": None,
        }
    )


def _parse(given: Mapping[str, Any]) -> RerunParameters:
    try:
        return RerunParameters.model_validate(given)
    except ValidationError as error:
        raise ConfigError(problems_from(error, RerunParameters, RUN_PARAMETERS)) from None


def _asks_for_other_rows(given: Mapping[str, Any], parent: Experiment) -> Iterator[Problem]:
    """Yield the parameters of the parent's rows that are given another value."""
    split = parent.split.model_dump(mode="json")
    effective = {**split, "split_strategy": split["strategy"]}
    asked = parent.parameters.model_dump(mode="json", exclude=set(RerunParameters.model_fields))
    for name, value in asked.items():
        theirs = effective.get(name, value)
        if name in given and given[name] != theirs:
            in_words = "not set" if theirs is None else shown(theirs)
            received = f"is {shown(given[name])}, but {in_words} in {parent.experiment_id}"
            remedy = "leave it out, since a rerun trains on that experiment's rows, or trigger quick_test"
            yield Problem(RUN_PARAMETERS, name, received, remedy)


def _check_model(model: ModelConfig, parent: Experiment) -> Iterator[Problem]:
    """Yield what keeps a model from training on what the parent's Transform left."""
    graphs = [each for each in (model, parent.model) if each.kind.reads_graphs]
    if graphs:
        received = f"is {model.name!r}, but {parent.model.name!r} in {parent.experiment_id}"
        remedy = f"leave it out or trigger quick_test, since {graphs[0].name!r} makes graphs of its own"
        yield Problem(RUN_PARAMETERS, "model", received, remedy)
    else:
        yield from check_label(model, parent.dataset, parent.features)


def _check_graphs(model: ModelConfig, parent: Experiment) -> Iterator[Problem]:
    """Yield the options that would need other graphs than the parent's."""
    if not model.kind.reads_graphs:
        return
    for name in _OF_THE_GRAPHS:
        ours, theirs = getattr(model, name), getattr(parent.model, name)
        if ours != theirs:
            received = f"is {shown(ours)}, but {shown(theirs)} in {parent.experiment_id}"
            remedy = "leave it out, since a rerun trains on that experiment's graphs, or trigger quick_test"
            yield Problem(RUN_PARAMETERS, f"{MODEL_OPTIONS}.{name}", received, remedy)


def _run_parameters(rerun: RerunParameters, parent: Experiment, *, same_model: bool) -> RunParameters:
    chosen = rerun.chosen()
    forgotten: dict[str, Any] = {"notes": ""}
    if not same_model:
        forgotten |= dict.fromkeys(ModelOverrides.model_fields)
    elif chosen.get("optimizer", parent.model.optimizer.name) is not parent.model.optimizer.name:
        forgotten["optimizer_options"] = None
    if same_model and rerun.model_options:
        before = parent.parameters.model_options or {}
        chosen[MODEL_OPTIONS] = merged_options(before, rerun.model_options)
    return parent.parameters.model_copy(update={**forgotten, **chosen})


def _sources(
    rerun: RerunParameters, parent: Experiment, own: Mapping[str, str], *, same_model: bool
) -> dict[str, str]:
    chosen = {**rerun.chosen(), **(rerun.model_options or {})}
    from_config = () if same_model else HYPERPARAMETERS
    inherited = f"experiment {parent.experiment_id}"
    return {
        name: RUN_PARAMETER if name in chosen else source if name in from_config else inherited
        for name, source in own.items()
    }
