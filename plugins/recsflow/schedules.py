"""One DAG for each schedule, all with the tasks of an experiment."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from airflow.sdk import DAG, Asset, AssetOrTimeSchedule, CronTriggerTimetable, Param

from include.configs import list_configs
from include.errors import ConfigError, Problem
from include.experiment.config.problems import shown
from include.experiment.config.schedule_config import ScheduleConfig
from include.experiment.config.schedule_loader import load_schedule
from include.experiment.config.schedule_names import retraining_dag_id
from recsflow.errors import InvalidExperiment
from recsflow.extensions.assets import champion_asset, dataset_asset
from recsflow.forms.experiment import experiment_params
from recsflow.workflow import retraining_workflow

PROMOTE, STAGE = "promote", "stage_dataset"
_DOC = """{description}

Trains `{dataset}` / `{features}` / `{model}` on the rows up to each run's logical date, by
`schedules/{name}.yaml`. The tasks are those of `quick_test`, and these:

| task | makes | link |
|---|---|---|
| score_models | a custom job that asks the new model and the champion about the same test rows | Custom job |
| wait_for_scores | nothing; follows the job and fails with its error | Custom job |
| promote | the model's version in MLflow; skipped where the champion stays, its log says why | Champion |
| report_backtest | table and chart of all runs of the schedule, by the date that their rows end | Backtest |
{push}
Trigger it by hand to change a parameter for once; backfill it, up to the day after the last date, to see how
it would have done. A backfill never promotes. In the form of a backfill, tick "Override parameters on
existing runs" where you change a parameter: Airflow leaves out the changes otherwise.

    airflow backfill create --dag-id {dag_id} --from-date YYYY-MM-DD --to-date YYYY-MM-DD
"""
_PUSH_DOC = """| push_model | the champion in the Model Registry, and its deployment | Served model |
| wait_for_push | nothing; follows the deployment, then undeploys what it replaces | Served model |

Move the alias `champion` in MLflow to another version and clear `push_model` of a run that promoted, with
what follows it, to have that one served.
"""


def retraining_dags() -> dict[str, DAG]:
    """Return the DAG of each schedule by its id; schedules with a problem are left to `check_schedules`."""
    templates = cache(_template)
    dags = {}
    for config, dag in _declared(lambda config: templates(push=config.push is not None), []):
        _add_tasks(dag, config, templates(push=config.push is not None))
        dags[dag.dag_id] = dag
    return dags


def check_schedules() -> None:
    """Raise the problems of all schedules.

    In a DAG file of its own this is an import error that everybody sees, and good schedules go on: Airflow
    stops every DAG of a file with an import error.

    Raises:
        InvalidExperiment: With a sentence for each problem.
    """
    empty = DAG("retraining", schedule=None, auto_register=False)
    problems: list[Problem] = []
    for _ in _declared(lambda _: empty, problems):
        pass  # whatever a schedule says is in its DAG before the tasks are
    if problems:
        raise InvalidExperiment(str(ConfigError(problems)))


def _declared(
    template: Callable[[ScheduleConfig], DAG], problems: list[Problem]
) -> Iterator[tuple[ScheduleConfig, DAG]]:
    """Yield each schedule with its DAG, which has no task yet; append what is wrong with the others."""
    params = experiment_params()
    for name in list_configs("schedules"):
        where = f"schedules/{name}.yaml"
        try:
            config = load_schedule(name)
            dag = _dag(config, _starts(config, where), template(config), params)
        except ConfigError as error:
            problems.extend(error.problems)
        except Exception as error:  # of whatever kind: the other schedules have to go on
            received = f"cannot become a DAG ({type(error).__name__}: {error})"
            remedy = "change the value that these words are about"
            problems.append(Problem(where, "the file", received, remedy))
        else:
            yield config, dag


def _template(*, push: bool) -> DAG:
    with DAG("retraining", schedule=None, auto_register=False) as template:
        retraining_workflow(push=push)
    return template


def _dag(config: ScheduleConfig, starts: Any, template: DAG, params: Mapping[str, Param]) -> DAG:
    dag_id = retraining_dag_id(config.name)
    named = config.model_dump(include={"name", "dataset", "features", "model"})
    named["push"] = _PUSH_DOC if config.push else ""
    dag = DAG(
        dag_id,
        schedule=starts,
        catchup=False,
        is_paused_upon_creation=True,  # a person decides when it begins to cost
        doc_md=_DOC.format(dag_id=dag_id, description=config.description or config.name, **named),
        description=config.description or f"Trains {config.dataset} / {config.model} by schedule",
        tags=["retraining", config.dataset],
        max_active_runs=4,
        # As Airflow's configuration says, which is slow to ask a hundred times.
        max_active_tasks=template.max_active_tasks,
        max_consecutive_failed_dag_runs=template.max_consecutive_failed_dag_runs,
        disable_bundle_versioning=template.disable_bundle_versioning,
    )
    given = config.run_parameters()
    # Not handed over with the rest: Airflow would check each value against its schema, as our models have.
    for name, param in params.items():
        dag.params[name] = copy.copy(param) if name in given else param
    for name, value in given.items():
        dag.params.get_param(name).value = value
    return dag


def _add_tasks(dag: DAG, config: ScheduleConfig, template: DAG) -> None:
    """Add copies of the template's tasks; making each anew takes twenty times as long."""
    outlets = {PROMOTE: [champion_asset(dag.dag_id)], STAGE: [dataset_asset(config.dataset)]}
    for task in template.tasks:
        twin: Any = copy.copy(task)
        # Not by assignment, since Airflow's setters look each value over; add_task sets two anew.
        vars(twin).update(_dag=None, task_group=None, outlets=outlets.get(task.task_id, task.outlets))
        dag.add_task(twin)


def _starts(config: ScheduleConfig, where: str) -> Any:
    """Return what starts a run: the clock, assets, or either of them.

    Raises:
        ConfigError: Airflow takes an asset or the expression for none.
    """
    problems: list[Problem] = []
    assets = [
        asset for place, uri in enumerate(config.assets) if (asset := _asset(uri, where, place, problems))
    ]
    if config.schedule is None:
        starts: Any = assets
    else:
        clock = CronTriggerTimetable(config.schedule, timezone="UTC")
        starts = AssetOrTimeSchedule(timetable=clock, assets=assets) if assets else clock
    if problems:
        raise ConfigError(problems)
    return starts


def _asset(uri: str, where: str, place: int, problems: list[Problem]) -> Asset | None:
    try:
        return Asset(uri)
    except ValueError as error:  # Airflow's own rules, and those of the provider of its scheme
        received = f"is {shown(uri)}, which Airflow does not take as an asset ({error})"
        remedy = "use a URI such as bigquery://project/dataset/table or x-shop://transactions"
        problems.append(Problem(where, f"assets[{place}]", received, remedy))
        return None
