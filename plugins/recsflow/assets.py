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

from airflow.sdk import Asset, AssetAlias

# About any scheme that does not begin with x-, Airflow asks all providers, for more than a second. And it
# tells assets apart by name and URI: these have no name of their own, so that a URI is all it takes to wait.
SCHEME = "x-recsflow"

# Which dataset a run stages is known when it runs.
STAGED_ROWS = AssetAlias("recsflow_staged_rows")


def dataset_asset(dataset: str) -> Asset:
    """Return the asset of a dataset's staged rows."""
    return Asset(f"{SCHEME}://datasets/{dataset}")


def champion_asset(dag_id: str) -> Asset:
    """Return the asset of the champion of a schedule's DAG."""
    return Asset(f"{SCHEME}://champions/{dag_id}")
