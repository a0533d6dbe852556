"""Removes what runs left behind, once it is older than the retention and needed by nothing.

By default it only says what would go. Look at the table in the log of the task, then trigger it again:

    airflow dags trigger clean_up --conf '{"dry_run": false}'

| goes | unless |
|---|---|
| staged tables `rows_…`, their exported rows | an experiment or a job that stays reads them |
| generated modules, compiled pipelines | a job that stays was told them |
| experiments' and sweeps' folders | a registered version with an alias, or one that is young, needs them |
| a pipeline job with its artifacts, a custom job | it runs, or a job that stays re-used its results |

Never touched: anything that changed within the retention, names that are not ours, backtest pages, winners
of sweeps, and MLflow's records: the numbers of an experiment stay when its files are gone.

A job and its artifacts go together, and never while a job of the same pipeline runs, since the pipeline
engine could hand out a result whose files are just going. The next run makes anew what it misses.

Scheduled runs remove nothing, unless the Variable `recsflow` says `"scheduled_clean_up_removes": true`.
"""

from airflow.sdk import dag

from recsflow.forms.clean_up import clean_up_params
from recsflow.tasks.clean_up import remove_old


@dag(
    schedule="@daily",
    catchup=False,
    is_paused_upon_creation=True,
    params=clean_up_params(),
    doc_md=__doc__,
    description="Removes what is older than the retention and needed by nothing",
    tags=["maintenance"],
    max_active_runs=1,
)
def clean_up() -> None:
    """Removes what is older than the retention and needed by nothing."""
    remove_old()


dag_object = clean_up()
