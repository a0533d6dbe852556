"""What other DAGs can be scheduled on, and what schedules can wait for: Airflow's assets.

    from airflow.sdk import Asset, dag

    @dag(schedule=Asset("x-recsflow://champions/retraining_weekly"))
    def deploy(): ...

| asset | an event says | its extra |
|---|---|---|
| `x-recsflow://datasets/<dataset>` | rows are staged, in a table that was not there | table, rows |
| `x-recsflow://champions/<dag id>` | a model became champion | version, experiment_id, model_uri, decision |
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from airflow.sdk import Asset

from include.configs import list_configs

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context

# About any scheme that does not begin with x-, Airflow asks all providers, for more than a second. And it
# tells assets apart by name and URI: these have no name of their own, so that a URI is all it takes to wait.
SCHEME = "x-recsflow"


def dataset_assets() -> list[Asset]:
    """Return the assets of all datasets: what a task may stage whose dataset is known when it runs."""
    return [dataset_asset(dataset) for dataset in list_configs("datasets")]


@cache
def dataset_asset(dataset: str) -> Asset:
    """Return the asset of a dataset's staged rows."""
    return Asset(f"{SCHEME}://datasets/{dataset}")


def champion_asset(dag_id: str) -> Asset:
    """Return the asset of the champion of a schedule's DAG."""
    return Asset(f"{SCHEME}://champions/{dag_id}")


def announce_rows(context: Context, dataset: str, table: str, rows: int) -> None:
    """Let the success of the task at hand be an event of one dataset alone, whatever else it may stage.

    An alias would do so too, but two tasks that end at once as the first ones each add the asset behind it to
    Airflow's database, and Airflow fails the second.
    """
    asset = dataset_asset(dataset)
    _task(context).outlets = [asset]
    context["outlet_events"][asset].extra.update(table=table, rows=rows)


def announce_nothing(context: Context) -> None:
    """Let the success of the task at hand be no event."""
    _task(context).outlets = []


def _task(context: Context) -> BaseOperator:
    # Airflow reads a task's outlets when it has succeeded.
    return context["ti"].task
