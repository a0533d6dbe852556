"""Says what a run of a DAG would do, before it costs anything. Starts nothing and creates nothing.

Usage: plan.py DAG_ID [--conf JSON] [--date YYYY-MM-DD] [--offline]

Exit status: 1 where the run would be refused, with the sentences that its first task would say.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from include.plan.plan import Plan
    from include.warehouse.client import Warehouse
    from recsflow.experiments.resolution import RunIdentity
    from recsflow.settings import Settings

# Airflow tells of each file that it reads.
QUIET = {"AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}
FIRST_TASK, FIRST_OF_RERUN = "resolve_experiment", "resolve_rerun"
ASKED = (
    "To say this, the warehouse was asked for metadata, the first and last date (a query of that column, "
    "which it\nmay bill), and the rows of each split or a dry run. "
)
NOTHING_MADE = "Nothing was started, and nothing created."
RUN_ID = "plan"


class UnusableArguments(Exception):
    """What was typed cannot be used; one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the plan; returns the process's exit status."""
    options = _parse(arguments)
    os.environ.update({name: value for name, value in QUIET.items() if name not in os.environ})
    # Importing Airflow makes the plugins importable.
    from airflow.sdk.exceptions import AirflowException

    from include.errors import RecsflowError

    try:
        print(_text(options))
    except (UnusableArguments, AirflowException, RecsflowError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dag_id")
    parser.add_argument("--conf", default="{}", help="parameters of the run as JSON, as in the trigger form")
    parser.add_argument("--date", default="", help="logical date of the run, today by default")
    parser.add_argument("--offline", action="store_true", help="ask no service: what the configs alone tell")
    return parser.parse_args(arguments)


def _text(options: argparse.Namespace) -> str:
    from include.plan.text import render_plan

    dag = _dag(options.dag_id)
    parameters = {**_defaults(dag), **_conf(options.conf)}
    if dag.has_task(FIRST_OF_RERUN):
        return f"{_rerun_text(dag, parameters, options)}\n{NOTHING_MADE}"
    plan = _plan(dag, parameters, options)
    return f"{render_plan(plan, whole=True)}\n{ASKED if plan.rows else ''}{NOTHING_MADE}"


def _rerun_text(dag: DAG, parameters: Mapping[str, Any], options: argparse.Namespace) -> str:
    from include.plan.rerun import render_rerun_plan
    from recsflow.experiments.rerun import resolved_rerun
    from recsflow.planning.rerun import make_rerun_plan
    from recsflow.settings import load_settings

    if options.offline:
        raise UnusableArguments(
            f"command line: --offline is given for {dag.dag_id}, whose parent MLflow alone knows; "
            "leave it out."
        )
    settings = load_settings()
    rerun = resolved_rerun(parameters, dag.dag_id, RUN_ID, settings)
    return render_rerun_plan(make_rerun_plan(rerun, settings, dag.tasks), whole=True)


def _plan(dag: DAG, parameters: Mapping[str, Any], options: argparse.Namespace) -> Plan:
    from recsflow.experiments.resolution import RunIdentity
    from recsflow.planning.limits import job_limits
    from recsflow.planning.plan import PlanScope, make_plan
    from recsflow.settings import load_settings

    run = RunIdentity(dag.dag_id, RUN_ID, _window_end(options.date))
    settings = load_settings()
    offline = "Nothing but the configs was read, as --offline asks." if options.offline else ""
    experiment, warehouse, why_not = _resolved(parameters, run, settings, why_not=offline)
    scope = PlanScope(warehouse, job_limits(dag.tasks), offline=options.offline, why_not=why_not)
    return make_plan(experiment, settings, scope)


def _resolved(
    parameters: Mapping[str, Any], run: RunIdentity, settings: Settings, *, why_not: str
) -> tuple[Any, Warehouse | None, str]:
    """Resolve against the warehouse, or by configs alone where it is not to be asked, or does not answer."""
    from include.warehouse.errors import WarehouseError
    from recsflow.experiments.resolution import resolve_run
    from recsflow.warehouse import open_warehouse

    if not why_not:
        try:
            warehouse = open_warehouse(settings)
            return resolve_run(parameters, run, warehouse), warehouse, ""
        except WarehouseError as error:
            why_not = f"The warehouse could not be asked: {error}"
    return resolve_run(parameters, run, None), None, why_not


def _dag(dag_id: str) -> DAG:
    from airflow.configuration import conf
    from airflow.dag_processing.dagbag import DagBag

    from include.experiment.config.problems import did_you_mean

    dags = DagBag(conf.get("core", "dags_folder")).dags
    known = [name for name, dag in dags.items() if dag.has_task(FIRST_TASK) or dag.has_task(FIRST_OF_RERUN)]
    if dag_id not in known:
        raise UnusableArguments(
            f"command line: DAG is {dag_id!r}, of which there is no plan; {did_you_mean(dag_id, known)}."
        )
    return dags[dag_id]


def _defaults(dag: DAG) -> dict[str, Any]:
    # Airflow's own reading would check each value with its sentences, where a run has ours.
    return {name: dag.params.get_param(name).value for name in dag.params}


def _conf(text: str) -> dict[str, Any]:
    try:
        conf = json.loads(text)
    except ValueError as error:
        raise UnusableArguments(
            f"command line: --conf is {text!r}, which is not JSON ({error}); write a JSON object."
        ) from None
    if not isinstance(conf, dict):
        raise UnusableArguments(f"command line: --conf is {text!r}; write a JSON object.")
    return conf


def _window_end(date: str) -> datetime:
    if not date:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        raise UnusableArguments(f"command line: --date is {date!r}; write a date as 2017-12-31.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    raise SystemExit(main())
